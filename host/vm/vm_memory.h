/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory that a definition gives a VM: with a hostdev all of it is pinned. */
#ifndef GPUCHECK_HOST_VM_VM_MEMORY_H
#define GPUCHECK_HOST_VM_VM_MEMORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Some of it in huge pages of one size. */
struct vm_pages {
	uint64_t page_kib; /* 0: the host's default size */
	uint64_t memory_kib;
};

struct vm_memory {
	uint64_t size_kib;    /* 0 when the definition does not say */
	uint64_t maximum_kib; /* with hotplug; 0 without */
	unsigned slots;       /* for hotplug */
	uint64_t limit_kib;   /* <hard_limit>, where is_limited */
	bool is_limited;
	bool is_locked; /* <locked/>: what QEMU itself needs is pinned too */
	struct vm_pages *pages;
	size_t pages_count;
	char *nodes; /* NUMA nodes of the host that all of it must be on; NULL: any */
};

/* From what gpucheck-libvirt answers (domain_memory.h). False when it is not as it should be. */
bool vm_memory_read(const json_t *object, struct vm_memory *ret);
void vm_memory_free(struct vm_memory *memory);

#endif
