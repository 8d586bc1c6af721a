/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual machines of the host: what libvirt, or its recorded files, say of each. */
#ifndef GPUCHECK_HOST_VM_VMS_H
#define GPUCHECK_HOST_VM_VMS_H

#include "base/error.h"
#include "base/strings.h"
#include "host/host.h"
#include "host/pci/pci_address.h"
#include "host/vm/address_space.h"
#include "host/vm/pci_layout.h"
#include "host/vm/vm_memory.h"

#include <stdbool.h>
#include <stddef.h>

struct vm_hostdev {
	struct pci_address source; /* on the host */
	struct pci_address guest;  /* in the VM, where has_guest */
	bool has_guest;
	bool unassigned; /* <address type='unassigned'/>: invisible in the guest */
	bool managed;
	bool option_rom; /* the guest's firmware is shown an option ROM of the card's */
};

/* One definition of a VM, as far as PCI devices go. */
struct vm_definition {
	bool known; /* there is one and it could be read */
	struct vm_hostdev *hostdevs;
	size_t count;
	struct pci_address *commandline; /* passed by <qemu:commandline> instead */
	size_t commandline_count;
	bool display; /* it has an emulated display: a <video> whose model is not none */
	struct pci_layout layout; /* of the guest */
	struct vm_memory memory;
	struct address_space space;
};

struct vm {
	char *name;
	char *state;  /* running, paused, suspended, crashed, off, unknown */
	bool running; /* the state is "running" */
	bool active;  /* there is a QEMU process: running, paused or suspended */
	bool managed_save;
	struct vm_definition saved; /* not known for a transient VM */
	struct vm_definition live;  /* known while active */
	struct strings addresses;   /* of its guest, as libvirt knows them; the best first */
	struct strings broken;      /* what is wrong with a definition that could not be read */
};

enum vms_source {
	VMS_LIBVIRT,
	VMS_FILES,        /* below a root: etc/libvirt/qemu and run/libvirt/qemu */
	VMS_NOT_RECORDED, /* below a root without etc/libvirt */
	VMS_NO_LIBVIRT,   /* not installed here */
};

struct vms {
	enum vms_source source;
	char *uri;        /* VMS_LIBVIRT */
	unsigned version; /* of libvirt, as it counts: 9003000 is 9.3.0; 0 when it was not asked */
	struct vm *items; /* sorted by name */
	size_t count;
};

/* Which libvirt to ask, before the first vms_read. NULL: qemu:///system, or the files of a root. */
void vms_connect(struct host *host, const char *uri);

/*
 * Ask libvirt, where there is one to ask, while the caller does something else; vms_read gathers
 * what it answers. guests_too: what asks a guest is loaded while vms_read waits.
 */
void vms_ask_ahead(struct host *host, bool guests_too);

/*
 * The VMs; they stay the host's. -ETIMEDOUT, -EACCES, -ECONNREFUSED with a sentence when libvirt is
 * installed and does not answer.
 */
int vms_read(struct host *host, const struct vms **ret, struct error *error);

/* Let go of what was read, so that the next vms_read asks again. */
void vms_forget(struct host *host);

/* The hostdev that passes this function, NULL when there is none. */
const struct vm_hostdev *vm_find_hostdev(const struct vm_definition *definition,
					 const struct pci_address *source);

/* The definition that counts for a VM's next start: the saved one, the live one of a transient VM.
 */
const struct vm_definition *vm_next_definition(const struct vm *vm);

/* The definition passes this function by <qemu:commandline>, past libvirt. */
bool vm_has_on_commandline(const struct vm_definition *definition,
			   const struct pci_address *source);

/* Either of its definitions passes this function, in whatever way. */
bool vm_holds(const struct vm *vm, const struct pci_address *source);

#endif
