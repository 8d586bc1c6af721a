/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remedy of driver.vfio: how this host's kernel is told to give the card to vfio-pci. */
#include "probes/bind_fix.h"

#include "base/alloc.h"
#include "host/kernel_modules.h"
#include "probes/boot_arguments.h"

/* "10de:2504" of each function of the card, once. */
static void list_ids(const struct subject *subject, struct strings *ret)
{
	for (size_t i = 0; i < subject->card->count; i++) {
		_cleanup_free_ char *id = NULL;
		uint16_t vendor, device;

		if (pci_ids(subject->host, subject->card->functions[i], &vendor, &device, NULL) < 0)
			continue;
		id = xasprintf("%04x:%04x", vendor, device);
		if (!strings_have(ret, id))
			strings_add(ret, id);
	}
}

/* A function of the same class and id that is not the card's: ids= would take it along. */
static const struct pci_function *find_twin(const struct subject *subject,
					    const struct strings *ids)
{
	const struct pci_functions *all;

	if (pci_functions(subject->host, &all, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < all->count; i++) {
		struct pci_function *one = &all->items[i];
		_cleanup_free_ char *id = NULL;
		uint16_t vendor, device;

		if (card_has(subject->card, &one->address) ||
		    pci_ids(subject->host, one, &vendor, &device, NULL) < 0)
			continue;
		id = xasprintf("%04x:%04x", vendor, device);
		if (strings_have(ids, id))
			return one;
	}
	return NULL;
}

static char *list_addresses(const struct card *card)
{
	_cleanup_strings_ struct strings names = { 0 };

	for (size_t i = 0; i < card->count; i++)
		strings_add(&names, card->functions[i]->name);
	return strings_join(&names, " ");
}

/* " and softdep nouveau pre: vfio-pci, …"; a driver that is built in cannot be held back so. */
static char *softdep_words(const struct subject *subject, const struct strings *drivers)
{
	_cleanup_strings_ struct strings lines = { 0 };
	_cleanup_free_ char *joined = NULL;

	for (size_t i = 0; i < drivers->count; i++) {
		_cleanup_free_ char *module = NULL;

		if (driver_module(subject->host, drivers->items[i], &module, NULL) == 0 && module)
			strings_take(&lines, xasprintf("\"softdep %s pre: vfio-pci\"", module));
	}
	joined = strings_join(&lines, ", ");
	return *joined ? xasprintf(" and %s", joined) : xstrdup("");
}

void bind_fix(const struct subject *subject, const struct strings *drivers, struct finding *finding)
{
	_cleanup_strings_ struct strings ids = { 0 };
	_cleanup_free_ char *joined = NULL, *softdeps = NULL, *what = NULL;
	const struct pci_function *twin;
	bool builtin = false;

	list_ids(subject, &ids);
	joined = strings_join(&ids, ",");
	softdeps = softdep_words(subject, drivers);
	twin = find_twin(subject, &ids);
	module_is_builtin(subject->host, "vfio_pci", &builtin, NULL);
	if (twin) {
		what = list_addresses(subject->card);
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"bind by address, since %s has the same id: a boot script in the initramfs "
			"that writes vfio-pci into driver_override of %s before other drivers "
			"load; rebuild the initramfs, reboot",
			twin->name, what);
	} else if (builtin) {
		what = xasprintf(
			"add vfio-pci.ids=%s to the kernel arguments, since vfio-pci is built "
			"into this kernel and reads no modprobe.d",
			joined);
		boot_arguments_fix(subject, finding, what);
	} else {
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"bind the card at boot: \"options vfio-pci ids=%s\"%s in a file of "
			"/etc/modprobe.d, rebuild the initramfs of every kernel (update-initramfs "
			"-u -k all), reboot",
			joined, softdeps);
	}
}
