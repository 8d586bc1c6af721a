/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpucheck: from the command line to one of the commands. */
#include "base/inherited.h"
#include "base/json_budget.h"
#include "base/memory_limit.h"
#include "commands/commands.h"
#include "commands/present.h"
#include "commands/terminal.h"
#include "report/help_text.h"

#include <errno.h>
#include <stdio.h>

/*
 * A directory may hold anything, also what was made to fill our memory. A host of 65,536 functions
 * takes half of it.
 */
#define MEMORY_OF_ROOT ((size_t)56 << 20)

static int help_command(const struct options *options)
{
	const struct style style = style_for(options);

	write_help(options_help, &style, stdout);
	return STATUS_PASSED;
}

static int version_command(const struct options *options)
{
	(void)options;
	puts("gpucheck " GPUCHECK_VERSION);
	return STATUS_PASSED;
}

static int (*const commands[])(const struct options *options) = {
	[MODE_CHECK] = check_command,     [MODE_FIX] = fix_command,
	[MODE_UNDO] = undo_command,       [MODE_RECORD] = record_command,
	[MODE_MERGE] = merge_command,     [MODE_LIST] = list_command,
	[MODE_EXPLAIN] = explain_command, [MODE_HELP] = help_command,
	[MODE_VERSION] = version_command, [MODE_TOPOLOGY] = topology_command,
};

int main(int argc, char **argv)
{
	struct options options;
	struct error error;
	int status;

	inherited_settle();
	json_must_allocate();
	if (options_parse(argc, argv, &options, &error) < 0) {
		error_wrap(&error, "%s", "usage");
		complain(&error);
		fputs("Try 'gpucheck --help'.\n", stderr);
		return STATUS_USAGE;
	}
	if (options.root)
		limit_memory(MEMORY_OF_ROOT, "what is below --root asks for more than 56 MiB");
	status = commands[options.mode](&options);
	options_free(&options);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		error_set_errno(&error, EIO, "writing to standard output");
		return complain(&error);
	}
	return status;
}
