/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which words and options go with which mode; what would be passed over silently is refused. */
#include "engine/option_rules.h"

#include "base/alloc.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The word behind --undo: a plan's number, or "list". */
static int parse_undo(struct options *options, struct error *error)
{
	const char *word = options->checks.count ? options->checks.items[0] : NULL;
	unsigned long id;
	char *end;

	if (options->checks.count > 1)
		return error_set(error, EINVAL, "--undo takes one plan: --undo %s", word);
	if (!word)
		return 0;
	options->undo_list = !strcmp(word, "list");
	id = strtoul(word, &end, 10);
	if (!options->undo_list && (!isdigit((unsigned char)*word) || *end || !id || id > 999999))
		return error_set(error, EINVAL,
				 "--undo %s: not the number of a plan; gpucheck --undo list shows "
				 "them all",
				 word);
	options->undo_id = options->undo_list ? 0 : (unsigned)id;
	strings_free(&options->checks);
	return 0;
}

/* The words behind --merge are files, and no option that looks at this host goes with it. */
static int parse_merge(struct options *options, struct error *error)
{
	const struct {
		const char *name;
		bool given;
	} about_hosts[] = {
		{ "--gpu", options->gpus.count },      { "--vm", options->vm },
		{ "--guest", options->guest },         { "--connect", options->connect },
		{ "--through", options->has_through }, { "--wait", options->wait },
		{ "--config", options->config },       { "--root", options->root },
	};

	for (size_t i = 0; i < ARRAY_SIZE(about_hosts); i++)
		if (about_hosts[i].given)
			return error_set(error, EINVAL,
					 "%s does not go with --merge: the hosts were checked "
					 "already",
					 about_hosts[i].name);
	if (!options->checks.count)
		return error_set(error, EINVAL,
				 "--merge needs reports: gpucheck --merge FILE..., each written by "
				 "gpucheck --format json --output FILE");
	options->files = options->checks;
	options->checks = (struct strings){ 0 };
	return 0;
}

static int check_record(const struct options *options, struct error *error)
{
	if (options->checks.count)
		return error_set(error, EINVAL,
				 "--record writes what all checks read; leave out %s",
				 options->checks.items[0]);
	if (options->format || options->output)
		return error_set(error, EINVAL,
				 "--record writes no report; later, gpucheck --root %s does",
				 options->record);
	return 0;
}

static int check_topology(const struct options *options, struct error *error)
{
	if (options->format && strcmp(options->format, "text") != 0)
		return error_set(error, EINVAL,
				 "--topology is a drawing and has no format %s; for programs: "
				 "gpucheck --format json --verbose iommu.isolated",
				 options->format);
	if (options->checks.count)
		return error_set(error, EINVAL,
				 "--topology %s: it takes no check; name a card with --gpu",
				 options->checks.items[0]);
	return 0;
}

int options_complete(struct options *options, struct error *error)
{
	if (options->mode == MODE_UNDO && parse_undo(options, error) < 0)
		return -EINVAL;
	if (options->mode == MODE_MERGE && parse_merge(options, error) < 0)
		return -EINVAL;
	if (options->mode == MODE_RECORD && check_record(options, error) < 0)
		return -EINVAL;
	if (options->mode == MODE_TOPOLOGY && check_topology(options, error) < 0)
		return -EINVAL;
	if (options->allow_disruption && options->mode != MODE_FIX)
		return error_set(
			error, EINVAL,
			"--allow-disruption goes with --fix: gpucheck --fix --allow-disruption");
	if (options->yes && options->mode != MODE_FIX && options->mode != MODE_UNDO)
		return error_set(error, EINVAL, "--yes goes with --fix: gpucheck --fix --yes");
	if (options->dry_run && options->mode != MODE_FIX && options->mode != MODE_UNDO)
		return error_set(error, EINVAL,
				 "--dry-run goes with --fix or --undo: gpucheck --fix --dry-run");
	return 0;
}
