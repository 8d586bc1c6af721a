/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recorded host's VMs: libvirt's own files below the root. */
#ifndef GPUCHECK_HOST_VM_VM_FILES_H
#define GPUCHECK_HOST_VM_VM_FILES_H

#include "host/files/root.h"

#include <jansson.h>

/*
 * The request for gpucheck-libvirt that holds etc/libvirt/qemu/NAME.xml (saved definitions),
 * run/libvirt/qemu/NAME.xml (running ones) and whether var/lib/libvirt/qemu/save/NAME.save is
 * there. A new reference. -ENOENT when there is no etc/libvirt.
 */
int vm_files_request(struct root *root, json_t **ret, struct error *error);

#endif
