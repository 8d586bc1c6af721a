/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The displays of the host. */
#include "host/display/display.h"

#include "host/card/gpu_kind.h"

int boot_display_find(struct host *host, const struct card *card, struct boot_display *ret,
		      struct error *error)
{
	const struct pci_functions *all;
	struct pci_function *unknown = NULL;
	unsigned class;
	int r = pci_functions(host, &all, error);

	*ret = (struct boot_display){ 0 };
	for (size_t i = 0; r == 0 && i < all->count; i++) {
		struct pci_function *one = &all->items[i];
		bool is_card = card_has(card, &one->address);
		const char *file;

		if (one->class < 0)
			unknown = one;
		if (!pci_is_display(one) && !is_card)
			continue;
		r = pci_boot_display(host, one, &file, error);
		if (r == 0 && file && !ret->is_card)
			*ret = (struct boot_display){ one, file, is_card };
	}
	/* What is not known to be a display may be the one. */
	if (r == 0 && !ret->function && unknown)
		r = pci_class(host, unknown, &class, error);
	return r;
}

struct pci_function *display_other(struct host *host, const struct card *card)
{
	const struct pci_functions *all;
	struct pci_function *found = NULL;

	if (pci_functions(host, &all, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < all->count; i++) {
		struct pci_function *one = &all->items[i];

		if (!pci_is_display(one) || card_has(card, &one->address))
			continue;
		if (!found || gpu_kind(host, found) == GPU_BMC)
			found = one;
	}
	return found;
}

struct pci_function *display_for_host(struct host *host, const struct card *card)
{
	struct boot_display shown;

	if (boot_display_find(host, card, &shown, NULL) < 0)
		return NULL;
	return shown.function && !shown.is_card ? shown.function : display_other(host, card);
}
