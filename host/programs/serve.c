/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request, one answer, and the end. */
#include "host/programs/serve.h"

#include "base/json_budget.h"
#include "base/sanitizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int serve_request(json_t *(*answer)(json_t *request, const char *why_not))
{
	json_error_t why;
	json_t *request, *reply;
	int failed;

	json_must_allocate();
	request = json_loadf(stdin, 0, &why);
	reply = answer(request, request ? NULL : why.text);
	failed = json_dumpf(reply, stdout, JSON_COMPACT) < 0 || fflush(stdout) != 0;
	json_decref(reply);
	json_decref(request);
	/* Somebody waits: what fifty libraries would undo goes with the process. */
	if (!UNDER_ADDRESS_SANITIZER)
		_exit(failed ? EXIT_FAILURE : EXIT_SUCCESS);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
