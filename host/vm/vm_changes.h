/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What gpucheck may change of a virtual machine, by way of gpucheck-libvirt: its saved definition,
 * and whether it runs.
 *
 * All but the edits (vm_definition_edit, _drop, _widen) speak with the libvirt that vms_connect
 * named, and only on the live host: -EINVAL below a root. Each ends within a time limit. Their
 * errors have libvirt's own sentence: -EACCES and -ECONNREFUSED as vms_read, -ENOENT without such a
 * VM, -EREMOTEIO when libvirt refused or failed to do it, -ETIMEDOUT when it gave no answer: it may
 * do it still. A definition is at most 4 MiB of UTF-8: -EFBIG, -EINVAL. *ret is the caller's.
 */
#ifndef GPUCHECK_HOST_VM_VM_CHANGES_H
#define GPUCHECK_HOST_VM_VM_CHANGES_H

#include "base/error.h"
#include "host/host.h"
#include "host/pci/pci_address.h"

#include <stdbool.h>
#include <stddef.h>

struct vm_addition {
	struct pci_address source; /* on the host */
	bool rom_off;              /* <rom bar='off'/>: the guest does not see its option ROM */
};

/* The saved definition, passwords in it too. -ENODATA for a transient VM, which has none. */
int vm_definition_text(struct host *host, const char *vm, char **ret, struct error *error);

/*
 * xml and a <hostdev> for each addition that it does not pass yet; no other byte differs, and
 * a second edit adds nothing. Asks no libvirt. -EINVAL for what is no well-formed <domain>, has
 * a document type, or passes a function by <qemu:commandline>, where a hostdev would collide.
 */
int vm_definition_edit(const char *xml, const struct vm_addition *additions, size_t count,
		       char **ret, struct error *error);

/*
 * xml without the guest's <address> in the hostdevs that pass these functions: libvirt then chooses
 * one. No other byte differs but a line that held nothing else. Asks no libvirt. -EINVAL as above.
 */
int vm_definition_drop(const char *xml, const struct pci_address *sources, size_t count, char **ret,
		       struct error *error);

/*
 * xml and <maxphysaddr mode='passthrough'/> in its <cpu>, with this limit of bits unless it is 0;
 * no other byte differs, and nothing when it has one. Asks no libvirt. -EINVAL as above, and
 * without <cpu>.
 */
int vm_definition_widen(const char *xml, unsigned limit, char **ret, struct error *error);

/*
 * Save after as the definition, unless the saved one differs from before, byte by byte: -ESTALE,
 * someone changed it since. *ret is what libvirt made of after, which is what to compare with (and
 * to replace) next time. -EINVAL when name or UUID of after are not the VM's own. A VM that runs
 * keeps its devices until it has been off.
 */
int vm_define(struct host *host, const char *vm, const char *before, const char *after, char **ret,
	      struct error *error);

/* Start it, from its managed save if it has one; nothing to do when it runs. */
int vm_start(struct host *host, const char *vm, struct error *error);

/*
 * Ask the guest to shut down, and wait until it is off. -ETIMEDOUT when it is not after so many
 * seconds (at most a day): it still runs, for it is never destroyed.
 */
int vm_shut_down(struct host *host, const char *vm, unsigned seconds, struct error *error);

/* Let a paused or suspended VM run on; nothing to do when it runs. */
int vm_resume(struct host *host, const char *vm, struct error *error);

#endif
