/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a check needs to read and could not. */
#ifndef GPUCHECK_PROBES_UNREAD_H
#define GPUCHECK_PROBES_UNREAD_H

#include "probes/probe.h"

/* code: -errno of reading. A file that is missing where not all of the host was recorded may have
 * been on it: the check is skipped. Anything else is an error. */
void say_unread(const struct subject *subject, int code, const struct error *error,
		struct finding *finding);

#endif
