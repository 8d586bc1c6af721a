/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must not be done to a host, whatever a check fails. */
#include "fixers/refusals.h"

#include "base/alloc.h"
#include "host/card/gpu_kind.h"
#include "host/display/display.h"
#include "host/modules/vfio_driver.h"
#include "host/pci/pci_names.h"

#include <errno.h>
#include <string.h>

/* Base classes of the PCI Code and ID Assignment specification. */
enum { CLASS_STORAGE = 0x01, CLASS_NETWORK = 0x02 };

static int is_not_the_only_display(struct host *host, const struct card *card, struct error *error)
{
	struct boot_display shown;
	int r = boot_display_find(host, card, &shown, error);

	if (r < 0 || !shown.is_card || display_other(host, card))
		return r;
	return error_set(error, EPERM,
			 "%s is the only display of this host: without it nobody sees what a boot "
			 "that fails says",
			 card->functions[0]->name);
}

/* A disk or network controller that a driver of the host has. */
static int is_needed(struct host *host, struct pci_function *function, bool *ret,
		     struct error *error)
{
	int class = pci_base_class(function);
	const char *driver;
	bool vfio;
	int r = vfio_driver_of(host, function, &driver, &vfio, error);

	*ret = r == 0 && driver && !vfio && class >= 0 &&
	       ((class >> 8) == CLASS_STORAGE || (class >> 8) == CLASS_NETWORK);
	return r;
}

static int group_is_spared(struct host *host, const struct card *card, const char *group,
			   struct error *error)
{
	const struct pci_functions *all;
	int r = pci_functions(host, &all, error);

	for (size_t i = 0; r == 0 && i < all->count; i++) {
		struct pci_function *one = &all->items[i];
		_cleanup_free_ char *who = NULL;
		const char *its_group;
		bool needed = false;

		if (card_has(card, &one->address))
			continue;
		r = pci_group(host, one, &its_group, error);
		if (r < 0 || !its_group || strcmp(its_group, group) != 0)
			continue;
		r = is_needed(host, one, &needed, error);
		if (r < 0 || !needed)
			continue;
		who = pci_describe(host, one);
		return error_set(
			error, EPERM,
			"IOMMU group %s of the card also holds %s, which this host uses: the "
			"whole group would go",
			group, who);
	}
	return r;
}

/* A GPU is checked as if it were a card where that cannot be told; it is not taken then. */
static int is_told_from_the_processors(struct host *host, const struct card *card,
				       struct error *error)
{
	enum gpu_kind kind;
	int r = gpu_kind_find(host, card->functions[0], &kind, error);

	return r < 0 ? error_wrap(error, "whether %s is a card of its own cannot be told",
				  card->functions[0]->name)
		     : 0;
}

int may_take_card(struct host *host, const struct card *card, struct error *error)
{
	int r = is_told_from_the_processors(host, card, error);

	if (r == 0)
		r = is_not_the_only_display(host, card, error);
	for (size_t i = 0; r == 0 && i < card->count; i++) {
		const char *group;

		r = pci_group(host, card->functions[i], &group, error);
		if (r == 0 && group)
			r = group_is_spared(host, card, group, error);
	}
	return r;
}

int passes_only_what_is_spare(struct host *host, const struct vm *vm, struct error *error)
{
	const struct vm_definition *definition = vm_next_definition(vm);

	for (size_t i = 0; i < definition->count; i++) {
		struct pci_function *one = pci_find(host, &definition->hostdevs[i].source);
		_cleanup_free_ char *who = NULL;
		bool needed = false;
		int r = one ? is_needed(host, one, &needed, error) : 0;

		if (r < 0)
			return r;
		if (!needed)
			continue;
		who = pci_describe(host, one);
		return error_set(
			error, EPERM,
			"VM %s passes %s too, which this host uses: its next start would "
			"take it; take it out of the definition (virsh edit %s), or add the "
			"card by hand",
			vm->name, who, vm->name);
	}
	return 0;
}
