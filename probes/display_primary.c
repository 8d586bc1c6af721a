/* SPDX-License-Identifier: GPL-2.0-or-later */
/* display.primary: firmware, kernel and Xorg show the host on another device than the card. */
#include "base/alloc.h"
#include "host/pci_names.h"
#include "host/xorg.h"
#include "probes/probe.h"

/* What stands on the screen firmware used: the card if it is among several that say so. */
struct boot_display {
	struct pci_function *function; /* NULL: no device says so */
	const char *file;              /* that reads 1 */
	bool is_card;
};

static int find_boot_display(const struct subject *subject, struct boot_display *ret,
			     struct error *error)
{
	const struct pci_functions *all;
	int r = pci_functions(subject->host, &all, error);

	*ret = (struct boot_display){ 0 };
	for (size_t i = 0; r == 0 && i < all->count; i++) {
		struct pci_function *one = &all->items[i];
		bool is_card = card_has(subject->card, &one->address);
		const char *file;

		if (!pci_is_display(one) && !is_card)
			continue;
		r = pci_boot_display(subject->host, one, &file, error);
		if (r == 0 && file && !ret->is_card)
			*ret = (struct boot_display){ one, file, is_card };
	}
	return r;
}

static void judge_boot_display(const struct subject *subject, struct finding *finding)
{
	_cleanup_free_ char *who = NULL, *path = NULL;
	struct boot_display shown;
	struct error error;

	if (find_boot_display(subject, &shown, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	if (!shown.function) {
		finding_say(finding, VERDICT_SKIP,
			    "this host has no boot display (no boot_vga or boot_display reads 1)");
		return;
	}
	who = pci_describe(subject->host, shown.function);
	path = pci_path(shown.function, shown.file);
	finding_evidence(finding, path, "1");
	if (!shown.is_card) {
		finding_say(finding, VERDICT_PASS, "the boot display is %s", who);
		return;
	}
	finding_say(finding, VERDICT_FAIL, "the card is the boot display (%s)", who);
	finding_fix(
		finding, FIX_MANUAL, "systemctl reboot --firmware-setup",
		"make the integrated GPU (or another card) the primary display in firmware: "
		"\"Primary Display\", \"Initial Display Output\", \"iGPU Multi-Monitor\"; then plug "
		"the monitor in there");
}

static void judge_bus_id(const struct subject *subject, const struct xorg_bus_id *id,
			 struct finding *finding)
{
	struct pci_function *named = id->valid ? pci_find(subject->host, &id->address) : NULL;

	finding_evidence(finding, id->file, "BusID \"%s\"", id->text);
	if (named == subject->card->functions[0]) {
		finding_say(finding, VERDICT_FAIL,
			    "Xorg is told to use the card: BusID \"%s\" in /%s is %s", id->text,
			    id->file, named->name);
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"put the BusID of the display that stays with the host into /%s (decimal: "
			"PCI:0:2:0 is 00:02.0)",
			id->file);
	} else if (!named || !pci_is_display(named)) {
		finding_say(finding, VERDICT_WARN,
			    "BusID \"%s\" in /%s names no display of this host", id->text,
			    id->file);
		finding_fix(finding, FIX_MANUAL, NULL,
			    "correct the BusID in /%s: PCI:bus:device:function, all decimal",
			    id->file);
	}
}

static void judge_xorg(const struct subject *subject, struct finding *finding)
{
	const struct xorg *xorg;
	struct error error;

	if (xorg_read(subject->host, &xorg, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	if (!xorg->installed)
		return;
	for (size_t i = 0; i < xorg->count; i++)
		judge_bus_id(subject, &xorg->ids[i], finding);
	if (xorg->count)
		return;
	finding_say(finding, VERDICT_WARN,
		    "Xorg is installed and no BusID tells it which display to use: it may open the "
		    "card");
	finding_fix(
		finding, FIX_MANUAL, NULL,
		"name the host's display in /etc/X11/xorg.conf.d/20-intel.conf: Section \"Device\" "
		"with BusID \"PCI:bus:device:function\", all decimal");
}

static void run(const struct subject *subject, struct finding *finding)
{
	judge_boot_display(subject, finding);
	judge_xorg(subject, finding);
}

const struct probe display_primary_probe = {
	.id = "display.primary",
	.stage = STAGE_DISPLAY,
	.scope = SCOPE_GPU,
	.title = "the host's display is another device",
	.meaning =
		"What firmware used to show its screen is marked by the kernel (boot_vga, in newer "
		"kernels boot_display, reads 1). That must be the integrated GPU, a server's BMC or "
		"a second card: the card for the VM loses its picture, and firmware has already "
		"used its option ROM. Where Xorg is installed, a BusID must keep it off the card.",
	.by_hand =
		"grep . /sys/bus/pci/devices/*/boot_vga /sys/bus/pci/devices/*/boot_display; grep -r "
		"BusID /etc/X11.",
	.remedy =
		"Firmware: Primary Display (or Initial Display Output) to iGPU or the other card. "
		"Xorg: a Device section with the BusID of the display that stays.",
	.pitfalls =
		"The value counts, not whether the file is there: every VGA device has boot_vga, a "
		"3D controller has none. Xorg's BusID is decimal while lspci prints "
		"hexadecimal: 65:00.0 is PCI:101:0:0. The domain goes behind the bus: "
		"PCI:101@1:0:0.",
	.run = run,
};
