/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver.vfio, driver.persistent: give the card to vfio-pci at every boot, and now where that
 * disturbs nobody. */
#include "base/alloc.h"
#include "fixers/bind_files.h"
#include "fixers/fixer.h"
#include "fixers/refusals.h"
#include "host/card/holders.h"
#include "host/iommu/iommu.h"
#include "host/pci/pci.h"

#include <errno.h>
#include <string.h>

/* Processes in words, each once. */
static char *names_of(const struct holder *holders, size_t count)
{
	_cleanup_strings_ struct strings names = { 0 };

	for (size_t i = 0; i < count; i++)
		if (!i || holders[i].pid != holders[i - 1].pid)
			strings_take(&names, holder_describe(&holders[i]));
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

/* vfio-pci takes nothing that is in no IOMMU group. */
static int has_groups(const struct repair *repair, struct error *error)
{
	const struct card *card = repair->subject.card;
	struct host *host = repair->subject.host;

	for (size_t i = 0; i < card->count; i++) {
		const char *group;
		bool noiommu = false;
		int r = pci_group(host, card->functions[i], &group, error);

		if (r == 0 && group)
			r = iommu_group_is_noiommu(host, group, &noiommu, error);
		if (r < 0)
			return r;
		if (!group || noiommu)
			return error_set(error, EAGAIN, "there is no IOMMU at work yet");
	}
	return 0;
}

/* Why the card cannot change hands in this boot; 0 when it can. */
static int may_bind_now(const struct repair *repair, struct error *error)
{
	int r;

	if (!host_is_live(repair->subject.host))
		return error_set(error, EPERM, "nothing is executed below a root");
	r = has_groups(repair, error);
	if (r < 0)
		return r;
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
	.risk = RISK_NEXT_BOOT,
	.propose = propose,
};
