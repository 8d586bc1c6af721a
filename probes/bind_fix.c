/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remedy of driver.vfio and driver.persistent: how this host's kernel is told to give the card
 * to vfio-pci. */
#include "probes/bind_fix.h"

#include "base/alloc.h"
#include "host/card/card_ids.h"
#include "host/modules/kernel_modules.h"
#include "probes/boot_arguments.h"

static char *list_addresses(const struct card *card)
{
	_cleanup_strings_ struct strings names = { 0 };

	for (size_t i = 0; i < card->count; i++)
		strings_add(&names, card->functions[i]->name);
	return strings_join(&names, " ");
}

/* " and "softdep nouveau pre: vfio-pci", …". */
static char *softdep_words(const struct strings *modules)
{
	_cleanup_strings_ struct strings lines = { 0 };
	_cleanup_free_ char *joined = NULL;

	for (size_t i = 0; i < modules->count; i++)
		strings_take(&lines, xasprintf("\"softdep %s pre: vfio-pci\"", modules->items[i]));
	joined = strings_join(&lines, ", ");
	return *joined ? xasprintf(" and %s", joined) : xstrdup("");
}

void bind_fix(const struct subject *subject, const struct strings *modules, struct finding *finding)
{
	_cleanup_strings_ struct strings ids = { 0 };
	_cleanup_free_ char *joined = NULL, *softdeps = NULL, *what = NULL;
	const struct pci_function *twin;
	bool builtin = false;

	card_ids(subject->host, subject->card, &ids);
	joined = strings_join(&ids, ",");
	softdeps = softdep_words(modules);
	twin = card_twin(subject->host, subject->card);
	module_is_builtin(subject->host, "vfio_pci", &builtin, NULL);
	if (twin) {
		what = list_addresses(subject->card);
		finding_fix(
			finding, FIX_AUTOMATIC, NULL,
			"bind by address, since %s has the same id: a rule in /etc/udev/rules.d that "
			"writes vfio-pci into driver_override of %s before other drivers load; "
			"rebuild the initramfs of every kernel with it, reboot",
			twin->name, what);
	} else if (builtin) {
		what = xasprintf(
			"add vfio-pci.ids=%s to the kernel arguments, since vfio-pci is built "
			"into this kernel and reads no modprobe.d",
			joined);
		boot_arguments_fix(subject, finding, what);
	} else {
		finding_fix(
			finding, FIX_AUTOMATIC, NULL,
			"bind the card at boot: \"options vfio-pci ids=%s\"%s in a file of "
			"/etc/modprobe.d, rebuild the initramfs of every kernel (update-initramfs "
			"-u -k all), reboot",
			joined, softdeps);
	}
}
