/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --merge: one report out of many hosts' JSON reports. */
#include "base/alloc.h"
#include "base/date.h"
#include "base/size.h"
#include "commands/commands.h"
#include "commands/present.h"
#include "report/input.h"
#include "report/json_read.h"

/*
 * Of one file. A report takes 10 to 15 KiB, so this is a merged one of 1,000 hosts. What is kept of
 * it, and the report made of that, take about two times as much each: with a file from a stranger
 * all stays below 64 MiB (tests/hostile).
 */
#define LIMIT (12 * MIB)

/* A file that is no report is a finding of its own, not the end. */
static void take_file(const char *file, struct fleet *fleet)
{
	_cleanup_free_ char *text = NULL;
	struct error error;
	size_t length;
	int r = input_read(file, LIMIT, &text, &length, &error);

	if (r == 0)
		r = json_read(text, length, file, fleet, &error);
	if (r == 0)
		return;
	remark("%s: %s", file, error.text);
	fleet_add_unreadable(fleet, file, error.text);
}

int merge_command(const struct options *options)
{
	_cleanup_strings_ struct strings left_out = { 0 };
	const struct format *format;
	struct fleet fleet = { .time = date_now() };
	struct error error;
	int status;

	if (find_format(options, &format, &error) < 0)
		return complain(&error);
	for (size_t i = 0; i < options->files.count; i++)
		take_file(options->files.items[i], &fleet);
	fleet_close(&fleet, options->strict, &left_out);
	for (size_t i = 0; i < left_out.count; i++)
		remark("%s", left_out.items[i]);
	status = present_fleet(&fleet, options, format);
	fleet_free(&fleet);
	return status;
}
