/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's memory, and its pools of huge pages. */
#include "host/memory.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "host/state.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* "MemTotal:       65536000 kB", "HugePages_Total:    8": the number of the line with this key. */
static bool find_number(const char *text, const char *key, uint64_t *ret)
{
	const char *line;
	size_t length;

	while (next_line(&text, &line, &length)) {
		const char *at = starts_with(line, key) ? line + strlen(key) : NULL;
		uint64_t number;

		if (!at || *at++ != ':')
			continue;
		while (*at == ' ' || *at == '\t')
			at++;
		if (!isdigit((unsigned char)*at))
			return false;
		errno = 0;
		number = strtoull(at, NULL, 10);
		/* More than that would overflow as bytes. */
		if (errno || number > UINT64_MAX / 1024)
			return false;
		*ret = number;
		return true;
	}
	return false;
}

int host_memory_parse(const char *text, struct host_memory *ret)
{
	struct host_memory found = { 0 };
	uint64_t pages;

	if (!find_number(text, "MemTotal", &found.total) ||
	    !find_number(text, "MemAvailable", &found.available))
		return -EINVAL;
	if (!find_number(text, "Hugepagesize", &found.huge_page))
		found.huge_page = 0;
	/* Kernels before 4.15 show the pool of the default size only. */
	if (!find_number(text, "Hugetlb", &found.hugetlb) &&
	    find_number(text, "HugePages_Total", &pages) &&
	    (!found.huge_page || pages <= found.total / found.huge_page))
		found.hugetlb = pages * found.huge_page;
	*ret = found;
	return 0;
}

int host_memory(struct host *host, struct host_memory *ret, struct error *error)
{
	int r = fact_must(&host->meminfo, host->root, "proc/meminfo", LIMIT_TEXT, error);

	if (r < 0)
		return r;
	r = host_memory_parse(host->meminfo.text, ret);
	return r < 0 ? error_set(error, r, "/proc/meminfo: no MemTotal or MemAvailable") : 0;
}

static int read_number(struct host *host, const char *path, uint64_t *ret, struct error *error)
{
	_cleanup_(fact_free) struct fact fact = { 0 };
	int r = fact_must(&fact, host->root, path, LIMIT_NUMBER, error);

	return r < 0 ? r : fact_number(&fact, path, ret, error);
}

int huge_pool(struct host *host, uint64_t page_kib, struct huge_pool *ret, struct error *error)
{
	struct huge_pool pool;
	const struct {
		const char *file;
		uint64_t *number;
	} files[] = {
		{ "nr_hugepages", &pool.total },
		{ "free_hugepages", &pool.free },
		{ "resv_hugepages", &pool.reserved },
		{ "surplus_hugepages", &pool.surplus },
		{ "nr_overcommit_hugepages", &pool.overcommit },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *path = xasprintf("sys/kernel/mm/hugepages/hugepages-%llukB/%s",
						      (unsigned long long)page_kib, files[i].file);

		r = read_number(host, path, files[i].number, error);
	}
	if (r == -ENOENT && root_exists(host->root, "sys/kernel/mm/hugepages", NULL) > 0)
		return error_set(error, ENODEV, "this machine has no huge pages of %llu KiB",
				 (unsigned long long)page_kib);
	if (r == 0)
		*ret = pool;
	return r;
}

int node_huge_pages(struct host *host, unsigned node, uint64_t page_kib, uint64_t *ret_free,
		    struct error *error)
{
	_cleanup_free_ char *path = xasprintf(
		"sys/devices/system/node/node%u/hugepages/hugepages-%llukB/free_hugepages", node,
		(unsigned long long)page_kib);

	return read_number(host, path, ret_free, error);
}

int node_memory(struct host *host, unsigned node, uint64_t *ret_kib, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("sys/devices/system/node/node%u/meminfo", node);
	_cleanup_free_ char *key = xasprintf("Node %u MemTotal", node);
	_cleanup_free_ char *text = NULL;
	int r = root_read_text(host->root, path, LIMIT_TEXT, &text, error);

	if (r < 0)
		return r;
	return find_number(text, key, ret_kib) ? 0
					       : error_set(error, EINVAL, "/%s: no MemTotal", path);
}
