/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.gpu: every function of the card answers on the bus and has its addresses. */
#include "base/alloc.h"
#include "host/pci_config.h"
#include "host/pci_names.h"
#include "probes/probe.h"

static bool is_unassigned(const struct pci_bar *bar)
{
	return !bar->start || (bar->flags & PCI_RESOURCE_UNSET);
}

static void check_answer(const struct subject *subject, struct pci_function *function,
			 struct finding *finding, bool *answers)
{
	_cleanup_free_ char *path = pci_path(function, "config");
	_cleanup_free_ char *who = NULL;
	struct pci_config config;
	struct error error;

	*answers = false;
	if (pci_config(subject->host, function, &config, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	*answers = !config.all_ones;
	finding_evidence(finding, path, "%s",
			 config.all_ones ? "all ones" : "a header that answers");
	if (*answers)
		return;
	who = pci_describe(subject->host, function);
	finding_say(finding, VERDICT_FAIL,
		    "%s does not answer: its configuration space reads all ones, it has fallen off "
		    "the bus",
		    who);
	finding_fix(finding, FIX_MANUAL, NULL,
		    "power the machine off, wait, and start it (a reboot may not be enough); then "
		    "look at the card's power cables, its seat and the reset it got last");
}

static void check_bars(const struct subject *subject, struct pci_function *function, bool is_gpu,
		       struct finding *finding)
{
	_cleanup_free_ char *path = pci_path(function, "resource");
	_cleanup_free_ char *who = pci_describe(subject->host, function);
	struct pci_bar bars[6];
	struct error error;
	size_t count;

	if (pci_bars(subject->host, function, bars, &count, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	if (is_gpu && !count)
		finding_say(finding, VERDICT_FAIL, "%s has no BAR at all", who);
	for (size_t i = 0; i < count; i++) {
		const struct pci_bar *bar = &bars[i];
		bool io = bar->flags & PCI_RESOURCE_IO;

		if (!is_unassigned(bar))
			continue;
		finding_evidence(finding, path, "BAR %u: 0x%016llx 0x%016llx 0x%llx", bar->index,
				 (unsigned long long)bar->start, (unsigned long long)bar->end,
				 (unsigned long long)bar->flags);
		/* No driver of the last twenty years needs a GPU's I/O ports, and vfio does not. */
		finding_say(finding, io ? VERDICT_WARN : VERDICT_FAIL,
			    "BAR %u (%s) of %s has no address", bar->index,
			    io ? "I/O ports" : "memory", who);
		finding_fix(finding, FIX_MANUAL, "systemctl reboot --firmware-setup",
			    "turn on Above 4G Decoding (large cards: and Resizable BAR) in the "
			    "firmware's PCI menu, and update the firmware if that does not help");
	}
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct card *card = subject->card;
	_cleanup_free_ char *name = pci_full_name(subject->host, card->functions[0]);
	size_t answering = 0;

	for (size_t i = 0; i < card->count; i++) {
		bool answers;

		check_answer(subject, card->functions[i], finding, &answers);
		if (answers)
			check_bars(subject, card->functions[i], i == 0, finding);
		answering += answers;
	}
	if (answering == card->count)
		finding_say(finding, VERDICT_PASS, "%s: %s and %s", name,
			    card->count == 1 ? "its function answers" : "all functions answer",
			    card->count == 1 ? "has its addresses" : "have their addresses");
}

const struct probe host_gpu_probe = {
	.id = "host.gpu",
	.stage = STAGE_HOST,
	.scope = SCOPE_GPU,
	.title = "the card answers and has its addresses",
	.meaning =
		"Each function of the card must answer when its configuration space is read, and "
		"firmware and kernel must have given every base address register (BAR) a place. A "
		"card that hangs after a bad reset or suspend keeps its healthy-looking ids in "
		"sysfs and reads all ones.",
	.by_hand =
		"lspci -vvnns 01:00.0: \"rev ff\" or \"!!! Unknown header type 7f\" is a dead card, "
		"\"[virtual]\" or \"<unassigned>\" a BAR without address. Files: config and resource "
		"below /sys/bus/pci/devices/ADDRESS.",
	.remedy =
		"All ones: take the power away, not only the system; then check cables and seat. No "
		"address: turn on Above 4G Decoding in firmware.",
	.pitfalls =
		"The vendor and device files are cached by the kernel and prove nothing. A card in "
		"D3cold is asleep, not dead: reading wakes it. The id registers of an SR-IOV "
		"virtual function always read ffff.",
	.run = run,
};
