/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --list and --explain: the catalogue, without a look at the host. */
#include "probes/catalogue.h"
#include "base/alloc.h"
#include "commands/commands.h"
#include "commands/present.h"
#include "commands/terminal.h"
#include "engine/suggestion.h"
#include "fixers/registry.h"
#include "report/catalogue_text.h"

#include <errno.h>

int list_command(const struct options *options)
{
	struct style style = style_for(options);

	/* Programs that read it (completion, scripts) want a line a check. */
	if (!style.columns)
		style.width = 0;
	write_catalogue(&style, stdout);
	return STATUS_PASSED;
}

int explain_command(const struct options *options)
{
	const struct style style = style_for(options);
	_cleanup_free_ char *instead = NULL;
	struct error error;

	if (!options->checks.count) {
		error_set(&error, EINVAL,
			  "--explain needs a check; gpucheck --list shows them all");
		return complain(&error);
	}
	for (size_t i = 0; i < options->checks.count; i++) {
		if (catalogue_find(options->checks.items[i]))
			continue;
		instead = suggest_check(options->checks.items[i]);
		error_set(&error, EINVAL, "--explain %.100s: no such check; %s",
			  options->checks.items[i], instead);
		return complain(&error);
	}
	for (size_t i = 0; i < options->checks.count; i++) {
		const char *id = options->checks.items[i];
		const struct fixer *fixer = fixer_find(id);
		const struct explained_fixer explained = {
			.does = fixer ? fixer->does : NULL,
			.risk = fixer ? fixer->risk : NULL,
			.disruptive = fixer && fixer->disruptive,
		};

		if (i)
			putchar('\n');
		write_explanation(catalogue_find(id), &explained, &style, stdout);
	}
	return STATUS_PASSED;
}
