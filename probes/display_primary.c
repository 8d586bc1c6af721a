/* SPDX-License-Identifier: GPL-2.0-or-later */
/* display.primary: firmware, kernel and Xorg show the host on another device than the card. */
#include "base/alloc.h"
#include "host/display/display.h"
#include "host/display/xorg.h"
#include "host/pci/pci_names.h"
#include "probes/firmware_fix.h"
#include "probes/probe.h"

#include <stdio.h>

static void fix_boot_display(const struct subject *subject, struct finding *finding)
{
	struct pci_function *other = display_other(subject->host, subject->card);
	_cleanup_free_ char *who = other ? pci_describe(subject->host, other) : NULL;
	_cleanup_free_ char *what = NULL;

	if (!other) {
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"this is the only display of the host: turn on the integrated GPU in "
			"firmware if there is one, add a second card, or let the host run without "
			"a screen (SSH, serial console)");
		return;
	}
	what = xasprintf("make %s the primary display in firmware (\"Primary Display\", \"Initial "
			 "Display Output\", \"iGPU Multi-Monitor\"), and plug the monitor in there",
			 who);
	firmware_fix(subject, finding, what);
}

static void judge_boot_display(const struct subject *subject, struct finding *finding)
{
	_cleanup_free_ char *who = NULL, *path = NULL;
	struct boot_display shown;
	struct error error;

	if (boot_display_find(subject->host, subject->card, &shown, &error) < 0) {
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
	fix_boot_display(subject, finding);
}

/* What X would need to be told, in quotes. */
static char *wanted_bus_id(const struct subject *subject)
{
	const struct pci_function *display = display_for_host(subject->host, subject->card);
	_cleanup_free_ char *id = display ? xorg_bus_id_format(&display->address) : NULL;

	return id ? xasprintf("\"%s\"", id) : xstrdup("of the display that stays with the host");
}

/* The same digits read as hexadecimal, as lspci prints them, are the card: a common slip. */
static bool is_card_in_hexadecimal(const struct subject *subject, const char *text)
{
	struct pci_address address;
	unsigned bus, device, function;

	if (sscanf(text, "%*3c:%x:%x:%x", &bus, &device, &function) != 3 || bus > 0xff ||
	    device > 31 || function > 7)
		return false;
	address = (struct pci_address){ 0, (uint8_t)bus, (uint8_t)device, (uint8_t)function };
	return card_has(subject->card, &address);
}

static void judge_bus_id(const struct subject *subject, const struct xorg_bus_id *id,
			 struct finding *finding)
{
	struct pci_function *named = id->valid ? pci_find(subject->host, &id->address) : NULL;
	_cleanup_free_ char *wanted = NULL;

	finding_evidence(finding, id->file, "BusID \"%s\"", id->text);
	if (named != subject->card->functions[0] && named && pci_is_display(named))
		return;
	wanted = wanted_bus_id(subject);
	if (named == subject->card->functions[0])
		finding_say(finding, VERDICT_FAIL,
			    "Xorg is told to use the card: BusID \"%s\" in /%s is %s", id->text,
			    id->file, named->name);
	else
		finding_say(
			finding, VERDICT_WARN,
			"BusID \"%s\" in /%s names no display of this host%s", id->text, id->file,
			is_card_in_hexadecimal(subject, id->text)
				? " (its numbers are decimal; read as hexadecimal it would be the "
				  "card)"
				: "");
	finding_fix(finding, FIX_MANUAL, NULL,
		    "write the BusID %s into /%s, with the driver of that display (\"modesetting\" "
		    "fits them all)",
		    wanted, id->file);
}

static void judge_xorg(const struct subject *subject, struct finding *finding)
{
	_cleanup_free_ char *wanted = NULL;
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
	/* Where firmware shows the card, that comes first. */
	if (finding->verdict == VERDICT_FAIL)
		return;
	wanted = wanted_bus_id(subject);
	finding_fix(finding,
		    display_for_host(subject->host, subject->card) ? FIX_AUTOMATIC : FIX_MANUAL,
		    NULL,
		    "write /etc/X11/xorg.conf.d/20-gpucheck.conf: a Section \"Device\" with Driver "
		    "\"modesetting\" and BusID %s",
		    wanted);
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
	.by_hand = "$ grep . /sys/bus/pci/devices/*/boot_vga /sys/bus/pci/devices/*/boot_display\n"
		   "$ grep -r BusID /etc/X11",
	.remedy = "Firmware: set Primary Display (or Initial Display Output) to the integrated "
		  "GPU or the other card. Xorg: write a Device section with the BusID of the "
		  "display that stays.",
	.pitfalls =
		"The value counts, not whether the file is there: every VGA device has boot_vga, a "
		"3D controller has none. Xorg's BusID is decimal while lspci prints "
		"hexadecimal: 65:00.0 is PCI:101:0:0. The domain goes behind the bus: "
		"PCI:101@1:0:0.",
	.run = run,
};
