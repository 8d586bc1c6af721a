/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a VM's memory can be pinned. Arithmetic only: nothing is read. */
#ifndef GPUCHECK_PROBES_MEMORY_ROOM_H
#define GPUCHECK_PROBES_MEMORY_ROOM_H

#include "host/memory.h"
#include "host/vm/vm_memory.h"

/* In rising severity. */
enum room {
	ROOM_ENOUGH,
	ROOM_TIGHT, /* it may do, and may not */
	ROOM_NONE,  /* the VM does not start, or is killed */
};

/*
 * <hard_limit> is both the memory that may be locked (qemuDomainGetMemLockLimitBytes) and the
 * limit of the VM's cgroup. VFIO locks all of the guest's; libvirt itself allows 1 GiB more for
 * what QEMU needs besides. No limit is enough.
 */
enum room room_of_limit(const struct vm_memory *memory);

/* What is not in huge pages, in KiB. */
uint64_t memory_in_small_pages(const struct vm_memory *memory);

/*
 * Memory in small pages, need KiB of it, on a host that must keep some itself. pinned: what other
 * VMs hold pinned, in KiB. Tight where the kernel must take memory from others first.
 */
enum room room_in_host(const struct host_memory *host, uint64_t need, uint64_t pinned);

/* Pages that the pool can give; tight where some of them are yet to be made (overcommit). */
enum room room_in_pool(const struct huge_pool *pool, uint64_t pages, uint64_t *ret_free);

#endif
