/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a VM's 64-bit window and of the BARs that it must hold. */
#ifndef GPUCHECK_PROBES_GUEST_WINDOW_H
#define GPUCHECK_PROBES_GUEST_WINDOW_H

#include "host/pci/pci.h"
#include "host/vm/ovmf.h"
#include "host/vm/vms.h"
#include "probes/pci_window.h"

struct guest_window {
	struct window_guest guest; /* firmware: the one that is taken, where it is not known */
	struct window_item *items;
	size_t count;
	bool emulated;       /* no KVM: the host's CPU does not limit the guest's addresses */
	unsigned host_bits;  /* physical address bits of the host's CPU */
	unsigned iommu_bits; /* of its IOMMU's mappings; 0: nothing limits them */
	const char *unit;    /* the IOMMU's name, the host's; NULL with 0 */
	bool firmware_known; /* false: a loader that may be anything */
	struct ovmf ovmf;    /* looked for only with UEFI */
	bool bits_are_sure;  /* false: QEMU before 6.0 would take 40 bits instead */
	uint64_t hole;       /* bytes behind the memory that QEMU wants addresses for */
};

/*
 * Of the definition, on the host; function is the one whose IOMMU counts. -EOPNOTSUPP when the
 * machine is no PC; -ENODATA when <qemu:commandline> sets the CPU or the definition has no memory;
 * -errno when a fact of the host cannot be read, with the path. The caller frees it.
 */
int guest_window_read(struct host *host, const struct vm_definition *definition,
		      struct pci_function *function, struct guest_window *ret, struct error *error);
void guest_window_free(struct guest_window *window);

/* The BAR belongs into the window: it is 64 bits wide and prefetchable, and has a size. */
bool guest_window_takes(const struct pci_bar *bar);

/* The same guest with a CPU of so many address bits, and what it comes to. */
struct window_fit guest_window_with(struct guest_window *window, unsigned bits);

/* The same with another firmware. */
struct window_fit guest_window_under(struct guest_window *window, enum window_firmware firmware,
				     unsigned bits);

/*
 * What <maxphysaddr mode='passthrough' limit='N'/> in the definition's <cpu> would give: true when
 * everything fits then, below the IOMMU's limit. *ret_limit is N, 0 where none is needed.
 */
bool guest_window_widened(struct guest_window *window, unsigned *ret_limit);

/*
 * Whether <maxphysaddr> may be added to the definition: it has a <cpu>, and that none yet; the
 * host's CPU runs the guest, and no argument past libvirt limits its address bits.
 */
bool guest_window_can_widen(const struct vm_definition *definition);

#endif
