/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver.users: stop the services that hold the card. */
#include "base/alloc.h"
#include "fixers/fixer.h"
#include "fixers/refusals.h"
#include "probes/card_users.h"

#include <errno.h>

static void stop(const struct repair *repair, const struct card_users *users, struct plan *plan)
{
	for (size_t i = 0; i < users->services.count; i++) {
		const char *unit = users->services.items[i];

		plan_add_action(plan, ACTION_STOP_SERVICE, unit, NULL);
		plan_say(&plan->steps,
			 "%s: %s is stopped, since it holds %s; systemctl start %s starts it again",
			 repair->check, unit, repair->subject.card->functions[0]->name, unit);
	}
}

static enum fixer_answer propose(const struct repair *repair, struct plan *plan,
				 struct error *error)
{
	_cleanup_(card_users_free) struct card_users users = { 0 };
	_cleanup_free_ char *services = NULL;

	/* What a person has to end stays with the person: half of it frees nothing. */
	if (repair->finding->fix != FIX_DISRUPTIVE || !host_is_live(repair->subject.host))
		return FIXER_BY_HAND;
	if (may_take_card(repair->subject.host, repair->subject.card, error) < 0 ||
	    card_users_find(&repair->subject, &users, error) < 0)
		return FIXER_REFUSED;
	if (users.by_hand.count) {
		error_set(error, EBUSY, "now it is also held by %s", users.by_hand.items[0]);
		return FIXER_REFUSED;
	}
	if (!repair->may_disrupt) {
		services = strings_join(&users.services, " and ");
		error_set(error, EPERM, "%s would be stopped (--allow-disruption)", services);
		return FIXER_WITHHELD;
	}
	stop(repair, &users, plan);
	return users.services.count ? FIXER_PROPOSED : FIXER_IN_PLACE;
}

static const char *const checks[] = { "driver.users", NULL };

const struct fixer stop_services_fixer = {
	.checks = checks,
	.does = "Only with --allow-disruption: stops the services of the system that hold the card, each named "
		"in the plan, if nobody else holds it; then driver.vfio can hand it over at once. "
		"Nothing is disabled: what is stopped starts again at the next boot. Left to a person: "
		"programs of a user's session, containers, VMs, and services by which people are on the "
		"host (ssh, login, network). Refused: the only display of the host.",
	.risk = RISK_AT_ONCE,
	.disruptive = true,
	.propose = propose,
};
