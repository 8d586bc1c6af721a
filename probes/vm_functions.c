/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.functions: the VM gets every function of the card. */
#include "base/alloc.h"
#include "host/pci/pci_names.h"
#include "probes/hostdev_fix.h"
#include "probes/probe.h"
#include "probes/virsh.h"

static void run(const struct subject *subject, struct finding *finding)
{
	const struct vm_definition *next = vm_next_definition(subject->vm);
	_cleanup_free_ char *source = virsh_command("dumpxml --inactive", subject->vm);
	_cleanup_free_ char *joined = NULL;
	_cleanup_strings_ struct strings passed = { 0 };

	for (size_t i = 0; i < subject->card->count; i++) {
		struct pci_function *function = subject->card->functions[i];
		_cleanup_free_ char *who = NULL;

		if (vm_find_hostdev(next, &function->address)) {
			strings_add(&passed, function->name);
			continue;
		}
		who = pci_describe(subject->host, function);
		finding_say(finding, VERDICT_WARN, "VM %s does not pass %s", subject->vm->name,
			    who);
	}
	joined = strings_join(&passed, " ");
	finding_evidence(finding, source, "%s", joined);
	if (finding->verdict == VERDICT_WARN)
		hostdev_fix(subject, finding);
	finding_say(finding, VERDICT_PASS, "VM %s passes %s", subject->vm->name, joined);
}

const struct probe vm_functions_probe = {
	.id = "vm.functions",
	.stage = STAGE_VM,
	.scope = SCOPE_VM,
	.title = "the VM gets every function of the card",
	.needs = "vm.hostdev",
	.meaning =
		"The audio, USB and UCSI functions of a graphics card share its group and its reset. "
		"One that stays behind can be used by nobody, keeps the card from a clean reset, "
		"and the guest's driver may miss it.",
	.by_hand = "$ lspci -nns 01:00\n"
		   "$ virsh dumpxml --inactive VM\n"
		   "For each function of the first the second must have a <hostdev>.",
	.remedy = "Add a <hostdev> for each function that is missing:\n"
		  "$ virsh edit VM",
	.pitfalls =
		"Passing only the GPU works at first, and then fails at the VM's second start or with "
		"sound over HDMI.",
	.run = run,
};
