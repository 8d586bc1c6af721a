/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.mmio: give the guest's CPU the host's physical address bits. */
#include "base/alloc.h"
#include "fixers/definition.h"
#include "host/vm/vm_changes.h"
#include "probes/guest_window.h"

/* The limit that the host's IOMMU asks for. */
static int find_limit(const struct repair *repair, unsigned *ret, struct error *error)
{
	struct guest_window window;
	int r = guest_window_read(repair->subject.host, vm_next_definition(repair->subject.vm),
				  repair->subject.card->functions[0], &window, error);

	if (r < 0)
		return r;
	guest_window_widened(&window, ret);
	guest_window_free(&window);
	return 0;
}

static int edit(const struct repair *repair, const char *xml, char **ret, struct error *error)
{
	unsigned limit;
	int r = find_limit(repair, &limit, error);

	return r < 0 ? r : vm_definition_widen(xml, limit, ret, error);
}

static enum fixer_answer propose(const struct repair *repair, struct plan *plan,
				 struct error *error)
{
	const struct vm *vm = repair->subject.vm;

	/* The check has done the arithmetic: elsewhere more bits do not help, or libvirt has none.
	 */
	if (!vm || repair->finding->fix != FIX_AUTOMATIC)
		return FIXER_BY_HAND;
	if (definition_is_saved(vm, error) < 0 || definition_change(repair, plan, edit, error) < 0)
		return FIXER_REFUSED;
	plan_say(&plan->steps, "%s: the CPU of VM %s gets the physical address bits of the host's",
		 repair->check, vm->name);
	return FIXER_PROPOSED;
}

static const char *const checks[] = { "vm.mmio", NULL };

const struct fixer address_width_fixer = {
	.checks = checks,
	.does = "Adds <maxphysaddr mode='passthrough'/> to the <cpu> of the saved definition where the BARs "
		"fit then, with limit= where the IOMMU maps fewer bits than the CPU has; nothing else in it "
		"changes. libvirt 8.7 or later takes it, 9.3 with a limit. A VM that runs gets it at its next "
		"start. A <maxphysaddr> that is there, a definition without <cpu>, and firmware are left "
		"to you.",
	.risk = RISK_DEFINITION,
	.propose = propose,
};
