/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's memory: proc/meminfo (proc(5)), and the pools of huge pages
 * (Documentation/admin-guide/mm/hugetlbpage.rst).
 */
#ifndef GPUCHECK_HOST_MEMORY_H
#define GPUCHECK_HOST_MEMORY_H

#include "base/error.h"
#include "host/host.h"

#include <stdint.h>

/* All in KiB. */
struct host_memory {
	uint64_t total;
	uint64_t available; /* the kernel's estimate of what can be had without swapping */
	uint64_t hugetlb;   /* in the pools of huge pages, of all sizes: part of total */
	uint64_t huge_page; /* the default size; 0 where the kernel has none */
};

/* Huge pages of one size. */
struct huge_pool {
	uint64_t total, free;
	uint64_t reserved;   /* of the free ones: promised to a process already */
	uint64_t surplus;    /* of all: above what was set */
	uint64_t overcommit; /* how many surplus ones there may be */
};

/* text: the content of proc/meminfo. -EINVAL without MemTotal or MemAvailable. */
int host_memory_parse(const char *text, struct host_memory *ret);

/* -ENOENT where there is no proc/meminfo. */
int host_memory(struct host *host, struct host_memory *ret, struct error *error);

/* -ENODEV when the machine has no pages of that size; -ENOENT when none were recorded. */
int huge_pool(struct host *host, uint64_t page_kib, struct huge_pool *ret, struct error *error);

/* Of one NUMA node: free huge pages, and all of its memory in KiB. -ENOENT without such a node. */
int node_huge_pages(struct host *host, unsigned node, uint64_t page_kib, uint64_t *ret_free,
		    struct error *error);
int node_memory(struct host *host, unsigned node, uint64_t *ret_kib, struct error *error);

#endif
