/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver.vfio, driver.persistent: give the card to vfio-pci at every boot, and now where that
 * disturbs nobody. */
#include "base/alloc.h"
#include "fixers/bind_files.h"
#include "fixers/fixer.h"
#include "fixers/refusals.h"
#include "host/card/holders.h"

#include <errno.h>
#include <string.h>

static bool has_passed(const struct outcome *outcome, const char *id)
{
	for (size_t i = 0; i < outcome->count; i++)
		if (!strcmp(outcome->results[i].probe->id, id))
			return outcome->results[i].finding.verdict == VERDICT_PASS;
	return false;
}

/* Processes in words: "Xorg (1234, gdm.service)", each once. */
static char *names_of(const struct holder *holders, size_t count)
{
	_cleanup_strings_ struct strings names = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct holder *holder = &holders[i];
		char *name = xasprintf("%s (%d%s%s)", holder->name, holder->pid,
				       holder->unit ? ", " : "", holder->unit ? holder->unit : "");

		if (strings_have(&names, name))
			cleanup_free(&name);
		else
			strings_take(&names, name);
	}
	return strings_join(&names, ", ");
}

static int is_free(const struct repair *repair, struct error *error)
{
	_cleanup_free_ char *names = NULL;
	struct holder *holders = NULL;
	size_t count = 0;
	int r = holders_find(repair->subject.host, repair->subject.card, &holders, &count, error);

	if (r < 0)
		return r;
	names = names_of(holders, count);
	holders_free(holders, count);
	return count ? error_set(error, EBUSY, "now it is in use by %s", names) : 0;
}

/* Why the card cannot change hands in this boot; 0 when it can. */
static int may_bind_now(const struct repair *repair, struct error *error)
{
	/* vfio-pci takes nothing that is in no IOMMU group. */
	if (!host_is_live(repair->subject.host) || !has_passed(repair->outcome, "iommu.enabled"))
		return error_set(error, EAGAIN, "there is no IOMMU at work yet");
	if (!repair->may_disrupt)
		return error_set(error, EPERM, "with --allow-disruption it would now");
	return is_free(repair, error);
}

/* True when the plan hands the card over now. */
static bool bind_now(const struct repair *repair, struct plan *plan)
{
	const struct card *card = repair->subject.card;
	const char *gpu = card->functions[0]->name;
	_cleanup_strings_ struct strings functions = { 0 };
	struct error error;

	if (may_bind_now(repair, &error) < 0) {
		plan_say(&plan->reboot, "%s changes hands when the kernel boots; %s", gpu,
			 error.text);
		return false;
	}
	for (size_t i = 0; i < card->count; i++)
		strings_add(&functions, card->functions[i]->name);
	plan_add_action(plan, ACTION_BIND, gpu, &functions);
	return true;
}

static enum fixer_answer propose(const struct repair *repair, struct plan *plan,
				 struct error *error)
{
	const bool now_too = !strcmp(repair->check, "driver.vfio");
	const struct card *card = repair->subject.card;
	const char *how = NULL;
	int r;

	/* Of the next boot, what no file of ours mends is the owner's. */
	if (!now_too && repair->finding->fix == FIX_MANUAL)
		return FIXER_BY_HAND;
	r = may_take_card(repair->subject.host, card, error);
	if (r == 0)
		r = bind_files_want(plan, repair->subject.host, card, &how, error);
	if (r < 0)
		return FIXER_REFUSED;
	if (!(now_too && bind_now(repair, plan)) && !r)
		return FIXER_IN_PLACE;
	plan_say(&plan->steps, "%s: vfio-pci gets every function of %s at boot, %s", repair->check,
		 card->functions[0]->name, how);
	return FIXER_PROPOSED;
}

static const char *const checks[] = { "driver.vfio", "driver.persistent", NULL };

const struct fixer bind_fixer = {
	.checks = checks,
	.does = "Writes /etc/modprobe.d/gpucheck.conf (options vfio-pci ids=…, and a softdep for every module "
		"that would take a function of the card), has the initramfs of every kernel built anew, and "
		"looks for the file in it. Where the disk has all of it and only the image is older, that "
		"is built anew. Where another device has the same ids it writes a rule of "
		"udev's that binds by address instead; where vfio-pci is built into the kernel, "
		"vfio-pci.ids= among its arguments. A reboot makes it real; with --allow-disruption, and "
		"where no process holds the card, it changes hands at once. Refused: the only display of "
		"the host, and a card whose group holds a disk or network controller in use.",
	.propose = propose,
};
