/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without a mode: run the checks, report. */
#include "commands/commands.h"
#include "commands/present.h"
#include "commands/session.h"

int check_command(const struct options *options)
{
	const struct format *format;
	struct session session;
	struct outcome outcome;
	struct error error;
	int status;

	if (find_format(options, &format, &error) < 0 ||
	    session_open(options, &session, &error) < 0)
		return complain(&error);
	if (session_run(&session, options->wait, &outcome, &error) < 0) {
		status = complain(&error);
	} else {
		status = present(&outcome, options, format);
		outcome_free(&outcome);
	}
	session_close(&session);
	return status;
}
