/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card: a GPU and the functions that travel with it into a VM. */
#include "host/card/card.h"

#include "base/alloc.h"
#include "host/card/gpu_kind.h"

#include <stdlib.h>

enum { CLASS_HD_AUDIO = 0x0403 };

struct search {
	struct host *host;
	struct pci_function *gpu;
	uint16_t vendor; /* the GPU's */
	struct error *trouble;
};

/* Keep the first thing that could not be read. */
static void note(struct search *search, const struct error *error)
{
	if (!search->trouble->code)
		*search->trouble = *error;
}

static bool has_gpu_vendor(struct search *search, struct pci_function *function)
{
	uint16_t own, device;
	struct error error;

	if (pci_ids(search->host, function, &own, &device, &error) == 0)
		return own == search->vendor;
	note(search, &error);
	return false;
}

static struct pci_function *parent(struct search *search, struct pci_function *function)
{
	struct pci_function *above;
	struct error error;

	if (pci_parent(search->host, function, &above, &error) == 0)
		return above;
	note(search, &error);
	return NULL;
}

static bool is_virtual(struct search *search, struct pci_function *function)
{
	const char *physical;
	struct error error;

	if (pci_physical_function(search->host, function, &physical, &error) == 0)
		return *physical;
	note(search, &error);
	return false;
}

static int port_type(struct search *search, struct pci_function *bridge)
{
	struct pci_config config;

	return pci_config(search->host, bridge, &config, NULL) == 0 ? config.port : -1;
}

/*
 * The upstream port of the switch right above the GPU, if that switch is the card's own: its ports
 * carry the GPU's vendor id. Without privileges the kernel shows 64 bytes of configuration space
 * and no port type; then two bridges of that vendor, the upper one not on a root bus, are a switch.
 */
static struct pci_function *own_switch(struct search *search)
{
	struct pci_function *downstream = parent(search, search->gpu);
	struct pci_function *upstream = downstream ? parent(search, downstream) : NULL;
	int lower, upper;

	if (!upstream || !has_gpu_vendor(search, downstream) || !has_gpu_vendor(search, upstream))
		return NULL;
	lower = port_type(search, downstream);
	upper = port_type(search, upstream);
	if (lower < 0 || upper < 0)
		return parent(search, upstream) ? upstream : NULL;
	return lower == PCI_PORT_DOWNSTREAM && upper == PCI_PORT_UPSTREAM ? upstream : NULL;
}

static bool is_below(struct search *search, struct pci_function *function,
		     const struct pci_function *bridge)
{
	for (int depth = 0; function && depth < PCI_MAX_DEPTH; depth++) {
		function = parent(search, function);
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

/*
 * A function of the GPU's own slot travels when it carries the GPU's vendor id: the other functions
 * beside an APU's GPU belong to the processor. On a discrete card an audio function is the card's
 * whoever made it.
 */
static bool is_slot_companion(struct search *search, struct pci_function *one)
{
	return has_gpu_vendor(search, one) || (pci_base_class(one) == CLASS_HD_AUDIO &&
					       gpu_kind(search->host, search->gpu) == GPU_DISCRETE);
}

static bool is_switch_companion(struct search *search, struct pci_function *one,
				const struct pci_function *bridge)
{
	struct error error;
	unsigned class;

	if (!bridge || (one->class >= 0 && !is_audio_or_usb(one)) || !is_below(search, one, bridge))
		return false;
	if (pci_class(search->host, one, &class, &error) < 0) {
		note(search, &error);
		return false;
	}
	return has_gpu_vendor(search, one) && !slot_has_gpu(search->host, &one->address);
}

static void add(struct card *card, struct pci_function *function)
{
	card->functions = xreallocarray(card->functions, card->count + 1, sizeof(*card->functions));
	card->functions[card->count++] = function;
}

static void find_companions(struct search *search, const struct pci_functions *all,
			    struct card *card)
{
	const struct pci_function *bridge = own_switch(search);

	for (size_t i = 0; i < all->count; i++) {
		struct pci_function *one = &all->items[i];
		bool same_slot = pci_address_same_slot(&one->address, &search->gpu->address);

		if (one == search->gpu)
			continue;
		if (same_slot ? is_slot_companion(search, one) && !is_virtual(search, one)
			      : is_switch_companion(search, one, bridge))
			add(card, one);
	}
}

void card_find(struct host *host, struct pci_function *gpu, struct card *ret)
{
	struct search search = { .host = host, .gpu = gpu, .trouble = &ret->trouble };
	const struct pci_functions *all;
	struct error error;
	uint16_t device;

	*ret = (struct card){ 0 };
	add(ret, gpu);
	if (pci_ids(host, gpu, &search.vendor, &device, &error) < 0 ||
	    pci_functions(host, &all, &error) < 0)
		note(&search, &error);
	else if (!is_virtual(&search, gpu))
		find_companions(&search, all, ret);
	if (ret->trouble.code)
		error_wrap(&ret->trouble, "what belongs to the card cannot be told");
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
