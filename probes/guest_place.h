/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a hostdev's address in the guest is one where the guest finds it. */
#ifndef GPUCHECK_PROBES_GUEST_PLACE_H
#define GPUCHECK_PROBES_GUEST_PLACE_H

#include "host/pci/pci.h"
#include "host/vm/vms.h"

enum guest_place {
	PLACE_GOOD,
	PLACE_ODD, /* it works there, as another kind of device than it is */
	PLACE_BAD, /* libvirt or QEMU refuses it, or the guest does not see it */
};

/*
 * The rules are those of libvirt's virDomainPCIAddressValidate and its bus models, of QEMU's
 * do_pci_register_device and vfio_setup_pcie_cap. is_endpoint: on the host it is PCI Express and
 * behind a port. Without an address libvirt chooses: good. *ret_why is set unless
 * it is good: a clause that begins with the function's address; the caller frees it.
 */
enum guest_place guest_place_judge(const struct pci_layout *layout,
				   const struct vm_hostdev *hostdev, bool is_endpoint,
				   char **ret_why);

/*
 * The same for a function of the card; good where the definition does not pass it. 0, or -errno
 * when its place on the host cannot be read.
 */
int guest_place_of(struct host *host, const struct vm_definition *definition,
		   struct pci_function *function, enum guest_place *ret, char **ret_why,
		   struct error *error);

#endif
