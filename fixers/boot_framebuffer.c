/* SPDX-License-Identifier: GPL-2.0-or-later */
/* display.console: let the kernel make nothing of firmware's framebuffer. */
#include "base/alloc.h"
#include "fixers/boot_words.h"
#include "fixers/fixer.h"
#include "fixers/refusals.h"
#include "host/boot/bootloader.h"
#include "probes/framebuffer_fix.h"

#include <errno.h>

static enum fixer_answer want_word(const struct repair *repair, struct plan *plan,
				   struct error *error)
{
	_cleanup_strings_ struct strings words = { 0 };
	int r;

	strings_add(&words, FRAMEBUFFER_WORD);
	r = boot_words_want(plan, repair->subject.host, &words, error);
	if (r < 0)
		return FIXER_REFUSED;
	if (r == 0)
		return FIXER_IN_PLACE;
	plan_say(&plan->steps,
		 "%s: the kernel makes nothing of firmware's framebuffer any more, so screens stay "
		 "dark at boot until a driver takes over",
		 repair->check);
	plan_say(&plan->reboot, "the kernel reads its arguments when it boots");
	return FIXER_PROPOSED;
}

static enum fixer_answer propose(const struct repair *repair, struct plan *plan,
				 struct error *error)
{
	struct host *host = repair->subject.host;
	const struct next_boot *boot;
	struct error unread;
	int r;

	if (repair->finding->fix != FIX_AUTOMATIC)
		return FIXER_BY_HAND;
	if (may_take_card(host, repair->subject.card, error) < 0)
		return FIXER_REFUSED;
	r = next_boot_read(host, &boot, &unread);
	if (r == 0 && framebuffer_word_is_in(&boot->arguments))
		return FIXER_IN_PLACE;
	if (r < 0 && r != -ENOENT) {
		error_set(error, EINVAL, "what the next boot will do cannot be read: %s",
			  unread.text);
		return FIXER_REFUSED;
	}
	return want_word(repair, plan, error);
}

static const char *const checks[] = { "display.console", NULL };

const struct fixer boot_framebuffer_fixer = {
	.checks = checks,
	.does = "Adds initcall_blacklist=sysfb_init to the kernel's arguments, in the place where iommu.cmdline "
		"edits them, and looks for it in the default entry. A reboot makes it real. Refused: "
		"the only display of the host. Left to a person: a card that vfio-pci does not have "
		"yet and will clear by itself, and a host whose kernel has the argument already.",
	.risk = RISK_NEXT_BOOT,
	.propose = propose,
};
