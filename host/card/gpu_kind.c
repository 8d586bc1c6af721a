/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kind of device a GPU is. */
#include "host/card/gpu_kind.h"

#include <stddef.h>

enum {
	VENDOR_ATI = 0x1002, /* AMD's graphics */
	VENDOR_AMD = 0x1022, /* AMD's processors and chipsets */
	VENDOR_NVIDIA = 0x10de,
};

static bool has_vendor(struct host *host, struct pci_function *function, uint16_t vendor)
{
	uint16_t own, device;

	return pci_ids(host, function, &own, &device, NULL) == 0 && own == vendor;
}

static struct pci_function *parent(struct host *host, struct pci_function *function)
{
	struct pci_function *above;

	return pci_parent(host, function, &above, NULL) == 0 ? above : NULL;
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
static bool is_apu(struct host *host, struct pci_function *gpu)
{
	struct pci_function *bridge = parent(host, gpu);

	if (bridge && !parent(host, bridge) && has_vendor(host, bridge, VENDOR_AMD) &&
	    (bridge->address.device == 7 || bridge->address.device == 8))
		return true;
	for (uint8_t i = 0; i < 8; i++) {
		struct pci_address address = gpu->address;
		struct pci_function *mate;

		address.function = i;
		mate = pci_find(host, &address);
		if (mate && has_vendor(host, mate, VENDOR_AMD))
			return true;
	}
	return false;
}

enum gpu_kind gpu_kind(struct host *host, struct pci_function *gpu)
{
	uint16_t vendor, device;

	if (pci_ids(host, gpu, &vendor, &device, NULL) < 0)
		return GPU_DISCRETE;
	if (is_bmc(vendor, device))
		return GPU_BMC;
	/* NVIDIA builds no integrated GPU for a PCI host; in a virtual host its card has no bridge.
	 */
	if (vendor == VENDOR_NVIDIA)
		return GPU_DISCRETE;
	if (!parent(host, gpu) && gpu->address.bus == 0)
		return GPU_INTEGRATED;
	return vendor == VENDOR_ATI && is_apu(host, gpu) ? GPU_INTEGRATED : GPU_DISCRETE;
}
