/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver.vfio: every function of the card is on vfio-pci or a variant of it. */
#include "base/alloc.h"
#include "base/strings.h"
#include "host/modules/kernel_modules.h"
#include "host/pci/pci_names.h"
#include "probes/bind_fix.h"
#include "probes/driver_evidence.h"

/* Drivers of the card's functions that are vfio's, and the modules of the others; each once. */
struct drivers {
	struct strings vfio, other;
};

/* One that is built in cannot be told to wait. */
static void note_module(const struct subject *subject, const char *driver, struct strings *list)
{
	_cleanup_free_ char *module = NULL;

	if (driver_module(subject->host, driver, &module, NULL) == 0 && module)
		strings_add_once(list, module);
}

static void judge(const struct subject *subject, struct pci_function *function, bool is_gpu,
		  struct drivers *drivers, struct finding *finding)
{
	_cleanup_free_ char *who = pci_describe(subject->host, function);
	const char *driver;
	struct error error;
	bool vfio;

	if (driver_evidence(subject, function, finding, &driver, &vfio, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	if (vfio) {
		strings_add_once(&drivers->vfio, driver);
	} else if (driver) {
		note_module(subject, driver, &drivers->other);
		finding_say(finding, VERDICT_FAIL, "%s is on %s", who, driver);
	} else {
		finding_say(finding, is_gpu ? VERDICT_FAIL : VERDICT_WARN, "%s has no driver", who);
	}
}

static void run(const struct subject *subject, struct finding *finding)
{
	_cleanup_free_ char *joined = NULL;
	struct drivers drivers = { 0 };
	size_t count = subject->card->count;

	for (size_t i = 0; i < count; i++)
		judge(subject, subject->card->functions[i], i == 0, &drivers, finding);
	if (finding->verdict == VERDICT_FAIL || finding->verdict == VERDICT_WARN)
		bind_fix(subject, &drivers.other, finding);
	joined = strings_join(&drivers.vfio, ", ");
	if (count == 1)
		finding_say(finding, VERDICT_PASS, "its only function is on %s", joined);
	else if (count == 2)
		finding_say(finding, VERDICT_PASS, "both functions are on %s", joined);
	else
		finding_say(finding, VERDICT_PASS, "all %zu functions are on %s", count, joined);
	strings_free(&drivers.vfio);
	strings_free(&drivers.other);
}

const struct probe driver_vfio_probe = {
	.id = "driver.vfio",
	.stage = STAGE_DRIVER,
	.scope = SCOPE_GPU,
	.title = "every function of the card is on vfio-pci",
	.meaning =
		"vfio-pci is the driver that hands a PCI function to a VM. The GPU and everything that "
		"travels with it (audio, USB, UCSI) must be on it, or on a variant driver that "
		"registers with vfio.",
	.by_hand = "$ lspci -nnks 01:00\n"
		   "\"Kernel driver in use\" must be vfio-pci for every function. It is the link "
		   "named driver below /sys/bus/pci/devices/ADDRESS.",
	.remedy = "Write \"options vfio-pci ids=…\", with the ids of all functions, and softdep "
		  "lines into a file of /etc/modprobe.d, have the initramfs built anew (dracut: "
		  "force_drivers), and reboot:\n"
		  "$ update-initramfs -u -k all\n"
		  "Two cards with one id are bound by address (driver_override). Where vfio-pci "
		  "is built into the kernel, the place is vfio-pci.ids= among the kernel "
		  "arguments.",
	.pitfalls = "\"Kernel modules\" in lspci is what could drive the device, not what does. A "
		    "companion left on snd_hda_intel or xhci_hcd makes the group not viable. With "
		    "managed='yes' libvirt binds at the VM's start, which fails or hangs while the "
		    "host's driver is in use.",
	.run = run,
};
