/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest that a probe asks about. */
#include "probes/answering_guest.h"

const struct guest *answering_guest(const struct subject *subject, struct finding *finding)
{
	const struct guest *guest = guest_of(subject->host, subject->vm->name);

	if (guest && guest->state == GUEST_ANSWERED)
		return guest;
	finding_say(finding, VERDICT_ERROR, "%s: %s",
		    guest && guest->target ? guest->target : "the guest",
		    guest && guest->text ? guest->text : "was not asked");
	return NULL;
}

void guest_does_not_tell(const struct guest *guest, const char *what, struct finding *finding)
{
	if (guest->recorded)
		finding_say(finding, VERDICT_SKIP, "%s is not recorded", what);
	else
		finding_say(finding, VERDICT_ERROR, "the guest (%s) does not tell %s",
			    guest->target, what);
}
