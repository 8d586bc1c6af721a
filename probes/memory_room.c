/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a VM's memory can be pinned. */
#include "probes/memory_room.h"

#include "base/size.h"

#define OVERHEAD  (GIB / KIB)       /* libvirt's own allowance beside the guest's memory */
#define HOST_PART (512 * MIB / KIB) /* a Debian without a desktop runs in less, a busy one not */

enum room room_of_limit(const struct vm_memory *memory)
{
	if (!memory->is_limited || memory->limit_kib >= memory->size_kib + OVERHEAD)
		return ROOM_ENOUGH;
	return memory->limit_kib > memory->size_kib ? ROOM_TIGHT : ROOM_NONE;
}

uint64_t memory_in_small_pages(const struct vm_memory *memory)
{
	uint64_t huge = 0;

	for (size_t i = 0; i < memory->pages_count; i++)
		huge += memory->pages[i].memory_kib;
	return huge < memory->size_kib ? memory->size_kib - huge : 0;
}

enum room room_in_host(const struct host_memory *host, uint64_t need, uint64_t pinned)
{
	uint64_t taken = host->hugetlb + pinned + HOST_PART;

	if (!need)
		return ROOM_ENOUGH;
	if (taken > host->total || need > host->total - taken)
		return ROOM_NONE;
	return need > host->available ? ROOM_TIGHT : ROOM_ENOUGH;
}

enum room room_in_pool(const struct huge_pool *pool, uint64_t pages, uint64_t *ret_free)
{
	uint64_t more = pool->overcommit > pool->surplus ? pool->overcommit - pool->surplus : 0;

	*ret_free = pool->free > pool->reserved ? pool->free - pool->reserved : 0;
	if (pages <= *ret_free)
		return ROOM_ENOUGH;
	return pages - *ret_free <= more ? ROOM_TIGHT : ROOM_NONE;
}
