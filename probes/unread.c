/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a check needs to read and could not. */
#include "probes/unread.h"

#include <errno.h>

void say_unread(const struct subject *subject, int code, const struct error *error,
		struct finding *finding)
{
	if (code == -ENOENT && !host_is_whole(subject->host))
		finding_say(finding, VERDICT_SKIP, "not recorded: %s", error->text);
	else
		finding_say_error(finding, error);
}
