/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card: a GPU and the functions that travel with it into a VM. */
#include "host/card.h"

#include "base/alloc.h"

#include <stdlib.h>

enum {
	VENDOR_ATI = 0x1002, /* AMD's graphics */
	VENDOR_AMD = 0x1022, /* AMD's processors and chipsets */
	VENDOR_NVIDIA = 0x10de,
	CLASS_HD_AUDIO = 0x0403,
	MAX_DEPTH = 64, /* bridges above a function; a record may hold a loop */
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

static bool is_virtual(struct host *host, struct pci_function *function)
{
	const char *physical;

	return pci_physical_function(host, function, &physical, NULL) == 0 && *physical;
}

static int port_type(struct host *host, struct pci_function *bridge)
{
	struct pci_config config;

	return pci_config(host, bridge, &config, NULL) == 0 ? config.port : -1;
}

/*
 * The upstream port of the switch right above the GPU, if that switch is the card's own: its ports
 * carry the GPU's vendor id. Without privileges the kernel shows 64 bytes of configuration space
 * and no port type; then two bridges of that vendor, the upper one not on a root bus, are a switch.
 */
static struct pci_function *own_switch(struct host *host, struct pci_function *gpu, uint16_t vendor)
{
	struct pci_function *downstream = parent(host, gpu);
	struct pci_function *upstream = downstream ? parent(host, downstream) : NULL;
	int lower, upper;

	if (!upstream || !has_vendor(host, downstream, vendor) ||
	    !has_vendor(host, upstream, vendor))
		return NULL;
	lower = port_type(host, downstream);
	upper = port_type(host, upstream);
	if (lower < 0 || upper < 0)
		return parent(host, upstream) ? upstream : NULL;
	return lower == PCI_PORT_DOWNSTREAM && upper == PCI_PORT_UPSTREAM ? upstream : NULL;
}

static bool is_below(struct host *host, struct pci_function *function, struct pci_function *bridge)
{
	for (int depth = 0; function && depth < MAX_DEPTH; depth++) {
		function = parent(host, function);
		if (function == bridge)
			return true;
	}
	return false;
}

static bool slot_has_gpu(struct host *host, const struct pci_address *slot)
{
	for (uint8_t i = 0; i < 8; i++) {
		struct pci_address address = *slot;
		struct pci_function *function;

		address.function = i;
		function = pci_find(host, &address);
		if (function && pci_is_gpu(function))
			return true;
	}
	return false;
}

static bool is_audio_or_usb(const struct pci_function *function)
{
	int class = pci_base_class(function);

	return class >> 8 == 0x04 || class == 0x0c03;
}

static void add(struct card *card, struct pci_function *function)
{
	card->functions = xreallocarray(card->functions, card->count + 1, sizeof(*card->functions));
	card->functions[card->count++] = function;
}

/*
 * A function of the GPU's own slot travels when it carries the GPU's vendor id: the other functions
 * beside an APU's GPU belong to the processor. On a discrete card an audio function is the card's
 * whoever made it.
 */
static bool is_slot_companion(struct host *host, struct pci_function *gpu, struct pci_function *one,
			      uint16_t vendor)
{
	return has_vendor(host, one, vendor) ||
	       (pci_base_class(one) == CLASS_HD_AUDIO && gpu_kind(host, gpu) == GPU_DISCRETE);
}

void card_find(struct host *host, struct pci_function *gpu, struct card *ret)
{
	const struct pci_functions *all;
	struct pci_function *bridge;
	uint16_t vendor, device;

	*ret = (struct card){ 0 };
	add(ret, gpu);
	if (is_virtual(host, gpu) || pci_ids(host, gpu, &vendor, &device, NULL) < 0 ||
	    pci_functions(host, &all, NULL) < 0)
		return;
	bridge = own_switch(host, gpu, vendor);
	for (size_t i = 0; i < all->count; i++) {
		struct pci_function *one = &all->items[i];
		bool same_slot = pci_address_same_slot(&one->address, &gpu->address);

		if (one == gpu || !(same_slot || (bridge && is_audio_or_usb(one))) ||
		    is_virtual(host, one))
			continue;
		if (same_slot ? is_slot_companion(host, gpu, one, vendor)
			      : has_vendor(host, one, vendor) && is_below(host, one, bridge) &&
					!slot_has_gpu(host, &one->address))
			add(ret, one);
	}
}

void card_free(struct card *card)
{
	free(card->functions);
	*card = (struct card){ 0 };
}

bool card_has(const struct card *card, const struct pci_address *address)
{
	for (size_t i = 0; i < card->count; i++)
		if (pci_address_compare(&card->functions[i]->address, address) == 0)
			return true;
	return false;
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
