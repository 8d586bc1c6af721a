/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Base address registers (BARs) that got no address, on the host or in a guest. */
#include "probes/unassigned_bars.h"

#include "base/alloc.h"
#include "host/pci/pci_config.h"

bool bar_is_unassigned(const struct pci_bar *bar)
{
	return !bar->start || (bar->flags & PCI_RESOURCE_UNSET);
}

void unassigned_bars_add(struct unassigned_bars *list, const struct pci_bar *bar, char *text)
{
	strings_take(bar->flags & PCI_RESOURCE_IO ? &list->io : &list->memory, text);
}

void unassigned_bars_free(struct unassigned_bars *list)
{
	strings_free(&list->memory);
	strings_free(&list->io);
}

static void say(const struct strings *indexes, enum verdict verdict, const char *kind,
		const char *who, const char *where, struct finding *finding)
{
	_cleanup_free_ char *joined = strings_join(indexes, ", ");

	if (indexes->count)
		finding_say(finding, verdict, "%s BAR %s of %s has no address%s", kind, joined, who,
			    where);
}

bool unassigned_bars_say(const struct unassigned_bars *list, const char *who, const char *where,
			 struct finding *finding)
{
	say(&list->memory, VERDICT_FAIL, "memory", who, where, finding);
	say(&list->io, VERDICT_WARN, "I/O", who, where, finding);
	return list->memory.count;
}

void bar_evidence(const struct pci_bar *bar, const char *source, const char *prefix,
		  struct finding *finding)
{
	finding_evidence(finding, source, "%sBAR %u: 0x%016llx 0x%016llx 0x%llx", prefix,
			 bar->index, (unsigned long long)bar->start, (unsigned long long)bar->end,
			 (unsigned long long)bar->flags);
}
