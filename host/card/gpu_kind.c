/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kind of device a GPU is. */
#include "host/card/gpu_kind.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	VENDOR_ATI = 0x1002, /* AMD's graphics */
	VENDOR_AMD = 0x1022, /* AMD's processors and chipsets */
	VENDOR_NVIDIA = 0x10de,
};

static int has_vendor(struct host *host, struct pci_function *function, uint16_t vendor, bool *ret,
		      struct error *error)
{
	uint16_t own, device;
	int r = pci_ids(host, function, &own, &device, error);

	if (r == 0)
		*ret = own == vendor;
	return r;
}

/* Makers of display controllers that sit beside a server's management controller. */
static bool is_bmc(uint16_t vendor, uint16_t device)
{
	switch (vendor) {
	case 0x1a03: /* ASPEED AST */
	case 0x102b: /* Matrox G200e and its heirs in Dell's, HPE's and Lenovo's servers */
	case 0x19e5: /* Huawei Hi1710 iBMC */
	case 0x18ca: /* XGI Volari Z7 */
		return true;
	case VENDOR_ATI:
		return device == 0x515e || device == 0x5969; /* ES1000 */
	default:
		return false;
	}
}

/*
 * AMD's integrated GPUs sit on a bus of their own behind an internal bridge: device 8 of a root bus
 * (7 on first-generation Zen, beside it), vendor AMD; mostly together with the processor's own
 * crypto and USB functions.
 */
static int is_apu(struct host *host, struct pci_function *gpu, struct pci_function *bridge,
		  bool *ret, struct error *error)
{
	struct pci_function *above = NULL;
	bool found = false;
	int r = bridge ? pci_parent(host, bridge, &above, error) : 0;

	if (r == 0 && bridge && !above &&
	    (bridge->address.device == 7 || bridge->address.device == 8))
		r = has_vendor(host, bridge, VENDOR_AMD, &found, error);
	for (uint8_t i = 0; r == 0 && !found && i < 8; i++) {
		struct pci_address address = gpu->address;
		struct pci_function *mate;

		address.function = i;
		mate = pci_find(host, &address);
		if (mate)
			r = has_vendor(host, mate, VENDOR_AMD, &found, error);
	}
	if (r == 0)
		*ret = found;
	return r;
}

int gpu_kind_find(struct host *host, struct pci_function *gpu, enum gpu_kind *ret,
		  struct error *error)
{
	struct pci_function *bridge;
	uint16_t vendor, device;
	bool apu = false;
	int r = pci_ids(host, gpu, &vendor, &device, error);

	if (r < 0)
		return r;
	if (is_bmc(vendor, device)) {
		*ret = GPU_BMC;
		return 0;
	}
	/* NVIDIA builds no integrated GPU for a PCI host; in a virtual host its card has no bridge.
	 */
	if (vendor == VENDOR_NVIDIA) {
		*ret = GPU_DISCRETE;
		return 0;
	}
	r = pci_parent(host, gpu, &bridge, error);
	if (r == 0 && !bridge && gpu->address.bus == 0)
		apu = true;
	else if (r == 0 && vendor == VENDOR_ATI)
		r = is_apu(host, gpu, bridge, &apu, error);
	if (r == 0)
		*ret = apu ? GPU_INTEGRATED : GPU_DISCRETE;
	return r;
}

enum gpu_kind gpu_kind(struct host *host, struct pci_function *gpu)
{
	enum gpu_kind kind = GPU_DISCRETE;

	gpu_kind_find(host, gpu, &kind, NULL);
	return kind;
}
