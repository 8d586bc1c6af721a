/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which process of the host is a VM. */
#ifndef GPUCHECK_HOST_VM_VM_PROCESS_H
#define GPUCHECK_HOST_VM_VM_PROCESS_H

#include "host/host.h"
#include "host/vm/vms.h"

#include <stdbool.h>

/*
 * 1 or 0, whether this process is the QEMU of an active VM. libvirt's status file
 * (run/libvirt/qemu/NAME.xml, which only root may write) names its pid; where that file says
 * nothing, the process must be in the scope of a machine that libvirt made. unit may be NULL.
 */
int vm_is_process(struct host *host, const struct vm *vm, int pid, const char *unit,
		  struct error *error);

/* The unit is a scope that systemd-machined made for a QEMU of libvirt's. */
bool unit_is_qemu(const char *unit);

/* The pid that libvirt's status file of a VM tells; 0 where there is none; -errno. */
int vm_recorded_pid(struct host *host, const char *vm, struct error *error);

/* The pid in the text of a status file: <domstatus state='running' … pid='1234'>; 0 for none. */
int vm_status_pid(const char *text);

#endif
