/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remedy that vm.hostdev and vm.functions share. */
#include "probes/hostdev_fix.h"

#include "base/alloc.h"

void hostdev_fix(const struct subject *subject, struct finding *finding)
{
	const struct vm_definition *next = vm_next_definition(subject->vm);
	_cleanup_free_ char *joined = NULL;
	_cleanup_strings_ struct strings sources = { 0 };

	for (size_t i = 0; i < subject->card->count; i++) {
		const struct pci_address *at = &subject->card->functions[i]->address;

		if (!vm_find_hostdev(next, at))
			strings_take(
				&sources,
				xasprintf("<address domain='0x%04x' bus='0x%02x' slot='0x%02x' "
					  "function='0x%x'/>",
					  at->domain, at->bus, at->device, at->function));
	}
	joined = strings_join(&sources, " and ");
	finding_fix(finding, subject->vm->saved.known ? FIX_AUTOMATIC : FIX_MANUAL, NULL,
		    "add to the <devices> of VM %s a <hostdev mode='subsystem' type='pci' "
		    "managed='yes'> whose <source> is %s%s",
		    subject->vm->name, joined, sources.count > 1 ? ", one each" : "");
}
