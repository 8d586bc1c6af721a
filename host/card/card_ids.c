/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ids by which drivers know a card's functions. */
#include "host/card/card_ids.h"

#include "base/alloc.h"

/* NULL when they cannot be read. */
static char *id_of(struct host *host, struct pci_function *function)
{
	uint16_t vendor, device;

	if (pci_ids(host, function, &vendor, &device, NULL) < 0)
		return NULL;
	return xasprintf("%04x:%04x", vendor, device);
}

void card_ids(struct host *host, const struct card *card, struct strings *ret)
{
	for (size_t i = 0; i < card->count; i++) {
		_cleanup_free_ char *id = id_of(host, card->functions[i]);

		if (id)
			strings_add_once(ret, id);
	}
}

const struct pci_function *card_twin(struct host *host, const struct card *card)
{
	_cleanup_strings_ struct strings ids = { 0 };
	const struct pci_functions *all;

	if (pci_functions(host, &all, NULL) < 0)
		return NULL;
	card_ids(host, card, &ids);
	for (size_t i = 0; i < all->count; i++) {
		_cleanup_free_ char *id = NULL;

		if (card_has(card, &all->items[i].address))
			continue;
		id = id_of(host, &all->items[i]);
		if (id && strings_have(&ids, id))
			return &all->items[i];
	}
	return NULL;
}
