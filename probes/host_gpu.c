/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.gpu: every function of the card answers on the bus and has its addresses. */
#include "base/alloc.h"
#include "host/pci/pci_config.h"
#include "host/pci/pci_names.h"
#include "probes/firmware_fix.h"
#include "probes/probe.h"
#include "probes/unassigned_bars.h"

static bool answers(const struct subject *subject, struct pci_function *function,
		    struct finding *finding)
{
	_cleanup_free_ char *path = pci_path(function, "config");
	_cleanup_free_ char *who = NULL;
	struct pci_config config;
	struct error error;

	if (pci_config(subject->host, function, &config, &error) < 0) {
		finding_say_error(finding, &error);
		return false;
	}
	if (!config.all_ones) {
		finding_evidence(finding, path, "header type %d", config.header);
		return true;
	}
	who = pci_describe(subject->host, function);
	finding_evidence(finding, path, "all ones");
	finding_say(finding, VERDICT_FAIL,
		    "%s has fallen off the bus: its configuration space reads "
		    "all ones",
		    who);
	finding_fix(
		finding, FIX_MANUAL, NULL,
		"switch the machine off and on again (a reboot may not be enough); if it happens "
		"again, look at the card's power cables and its seat, and at what was done to it "
		"last (suspend, a VM's stop)");
	return false;
}

static void check_bars(const struct subject *subject, struct pci_function *function, bool is_gpu,
		       struct finding *finding)
{
	_cleanup_free_ char *path = pci_path(function, "resource");
	_cleanup_free_ char *who = pci_describe(subject->host, function);
	struct unassigned_bars list = { 0 };
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
		bar_evidence(&bars[i], path, "", finding);
		if (bar_is_unassigned(&bars[i]))
			unassigned_bars_add(&list, &bars[i], xasprintf("%u", bars[i].index));
	}
	unassigned_bars_say(&list, who, "", finding);
	if (list.memory.count || list.io.count)
		firmware_fix(subject, finding,
			     "turn on Above 4G Decoding in the firmware's PCI menu; where that is "
			     "on already, turn Resizable BAR off or update the firmware");
	unassigned_bars_free(&list);
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct card *card = subject->card;
	_cleanup_free_ char *name = pci_full_name(subject->host, card->functions[0]);

	for (size_t i = 0; i < card->count; i++)
		if (answers(subject, card->functions[i], finding))
			check_bars(subject, card->functions[i], i == 0, finding);
	finding_say(finding, VERDICT_PASS, "%s answers and has its addresses%s", name,
		    card->count > 1 ? ", and so do its companions" : "");
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
	.by_hand = "$ lspci -vvnns 01:00.0\n"
		   "\"rev ff\" or \"!!! Unknown header type 7f\" is a dead card; \"[virtual]\" or "
		   "\"<unassigned>\" is a BAR without an address. The files behind it are config "
		   "and resource below /sys/bus/pci/devices/0000:01:00.0.",
	.remedy =
		"All ones: take the power away, not only the system; then check cables and seat. No "
		"address: turn on Above 4G Decoding in firmware.",
	.pitfalls =
		"The vendor and device files are cached by the kernel and prove nothing. A card in "
		"D3cold is asleep, not dead: reading wakes it. The id registers of an SR-IOV "
		"virtual function always read ffff.",
	.run = run,
};
