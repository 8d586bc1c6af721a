/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two cards with one id: ids= cannot tell them apart. */
#include "probes/twin.h"

#include "base/alloc.h"
#include "host/modules/vfio_driver.h"
#include "host/pci/pci_identity.h"
#include "host/pci/pci_names.h"

/* Of another class it cannot have a card function's id. */
static bool may_be_twin(const struct card *card, const struct pci_function *function)
{
	for (size_t i = 0; i < card->count; i++)
		if (function->class == card->functions[i]->class)
			return !card_has(card, &function->address);
	return function->class < 0;
}

/* A function that ids= takes along, and that the host uses. */
static int find_taken(const struct subject *subject, const struct next_boot_facts *facts,
		      struct pci_function **ret, struct error *error)
{
	const struct pci_functions *all;
	int r = pci_functions(subject->host, &all, error);

	for (size_t i = 0; r == 0 && i < all->count; i++) {
		struct pci_function *function = &all->items[i];
		_cleanup_(pci_identity_free) struct pci_identity identity = { 0 };
		const char *driver;
		bool vfio;

		if (!may_be_twin(subject->card, function))
			continue;
		r = pci_identity_read(subject->host, function, &identity, error);
		if (r < 0 || !next_ids_take(facts, &identity))
			continue;
		r = vfio_driver_of(subject->host, function, &driver, &vfio, error);
		if (r == 0 && driver && !vfio)
			*ret = function;
	}
	return r;
}

void say_twin(const struct subject *subject, const struct next_boot_facts *facts,
	      struct finding *finding)
{
	_cleanup_free_ char *who = NULL;
	struct pci_function *twin = NULL;
	const char *driver = NULL;
	struct error error;

	if (find_taken(subject, facts, &twin, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	if (!twin)
		return;
	who = pci_describe(subject->host, twin);
	pci_driver(subject->host, twin, &driver, NULL);
	finding_say(finding, VERDICT_WARN,
		    "ids= takes %s too, which is on %s and no part of the card", who, driver);
	/* What fails is mended first. */
	if (finding->verdict == VERDICT_WARN)
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"take the id that both have out of ids=, then gpucheck --fix driver.persistent "
			"binds the card by address");
}
