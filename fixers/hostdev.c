/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.hostdev, vm.functions: pass every function of the card in the VM's saved definition. */
#include "base/alloc.h"
#include "fixers/fixer.h"
#include "fixers/refusals.h"
#include "host/vm/vm_changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MODE = 0600 };

static int edit(const struct repair *repair, const char *xml, char **ret, struct error *error)
{
	const struct card *card = repair->subject.card;
	struct vm_addition *additions = xcalloc(card->count, sizeof(*additions));
	int r;

	/* Only the GPU has the option ROM that the configuration's rom= speaks of. */
	for (size_t i = 0; i < card->count; i++)
		additions[i] = (struct vm_addition){
			.source = card->functions[i]->address,
			.rom_off = i == 0 && repair->rom_off,
		};
	r = vm_definition_edit(xml, additions, card->count, ret, error);
	free(additions);
	return r;
}

/* 1 when the definition changes, 0 when it has all. */
static int edit_definition(const struct repair *repair, struct plan *plan, struct error *error)
{
	const char *vm = repair->subject.vm->name, *planned = plan_definition(plan, vm);
	_cleanup_free_ char *before = NULL, *after = NULL;
	int r = vm_definition_text(repair->subject.host, vm, &before, error);

	if (r == 0)
		r = edit(repair, planned ? planned : before, &after, error);
	if (r < 0)
		return r;
	if (!strcmp(before, after))
		return 0;
	plan_set_definition(plan, vm, before, after);
	return 1;
}

/* Below a root libvirt's own file is edited. */
static int edit_file(const struct repair *repair, struct plan *plan, struct error *error)
{
	struct host *host = repair->subject.host;
	const char *vm = repair->subject.vm->name;
	_cleanup_free_ char *file = xasprintf("etc/libvirt/qemu/%s.xml", vm);
	_cleanup_free_ char *path = NULL, *before = NULL, *after = NULL;
	int r = plan_read_file(plan, host, file, &path, &before, error);

	if (r == 0 && !before)
		r = error_set_errno(error, ENOENT, "/%s", file);
	if (r == 0)
		r = edit(repair, before, &after, error);
	return r < 0 ? r : plan_set_file(plan, host, file, after, FILE_MODE, error);
}

static enum fixer_answer propose(const struct repair *repair, struct plan *plan,
				 struct error *error)
{
	const struct vm *vm = repair->subject.vm;
	struct host *host = repair->subject.host;
	int r;

	if (!vm)
		return FIXER_BY_HAND;
	if (!vm->saved.known) {
		error_set(error, ENODATA, "VM %s has no saved definition: virsh define makes one",
			  vm->name);
		return FIXER_REFUSED;
	}
	r = may_take_card(host, repair->subject.card, error);
	if (r == 0)
		r = host_is_live(host) ? edit_definition(repair, plan, error)
				       : edit_file(repair, plan, error);
	if (r < 0)
		return FIXER_REFUSED;
	plan_say(&plan->steps, "%s: the saved definition of VM %s passes every function of %s",
		 repair->check, vm->name, repair->subject.card->functions[0]->name);
	return FIXER_PROPOSED;
}

static const char *const checks[] = { "vm.hostdev", "vm.functions", NULL };

const struct fixer hostdev_fixer = {
	.checks = checks,
	.does = "Adds a <hostdev> for every function of the card to the saved definition, which libvirt "
		"validates; nothing else in it changes, and guest addresses are left to libvirt. rom = off "
		"in the configuration's section of the card adds <rom bar='off'/>. A VM that runs gets the "
		"card at its next start.",
	.propose = propose,
};
