/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results on standard output (or in the file of --output), everything else on standard error. */
#include "commands/present.h"

#include "base/alloc.h"
#include "commands/terminal.h"
#include "engine/suggestion.h"
#include "report/output.h"
#include "report/page.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int complain(const struct error *error)
{
	remark("%s", error->text);
	return STATUS_USAGE;
}

void remark(const char *format, ...)
{
	const struct style style = style_for_messages();
	_cleanup_free_ char *text = NULL, *page = NULL;
	va_list arguments;
	size_t length;
	int column;
	FILE *out = xmemstream(&page, &length);

	va_start(arguments, format);
	text = xvasprintf(format, arguments);
	va_end(arguments);
	column = fprintf(out, "gpucheck: ");
	page_text(text, column, is_narrow(&style) ? 2 : column, &style, out);
	fclose(out);
	/* In one call: standard error is not buffered, and others may be writing to it. */
	fputs(page, stderr);
}

int find_format(const struct options *options, const struct format **ret, struct error *error)
{
	bool to_terminal = !options->output && isatty(STDOUT_FILENO);
	const char *name = options->format ? options->format : to_terminal ? "text" : "tap";
	_cleanup_strings_ struct strings names = { 0 };
	_cleanup_free_ char *instead = NULL;

	*ret = format_find(name);
	if (*ret)
		return 0;
	format_names(&names);
	instead = suggest("format", name, &names);
	return error_set(error, EINVAL, "--format %.100s: no such format; %s", name, instead);
}

void present_begin(struct presentation *presentation)
{
	presentation->out = xmemstream(&presentation->text, &presentation->length);
}

int present_end(struct presentation *presentation, const struct options *options, int status)
{
	struct error error;
	int r;

	fclose(presentation->out);
	r = output_write(options->output, presentation->text, presentation->length, &error);
	free(presentation->text);
	return r < 0 ? complain(&error) : status;
}

static struct style style_of(const struct format *format, const struct options *options)
{
	return format->for_people ? style_for(options) : style_for_programs(options);
}

int present(const struct outcome *outcome, const struct options *options,
	    const struct format *format)
{
	const struct style style = style_of(format, options);
	struct presentation presentation;

	present_begin(&presentation);
	format->write(outcome, &style, presentation.out);
	return present_end(&presentation, options, outcome->status);
}

int present_fleet(const struct fleet *fleet, const struct options *options,
		  const struct format *format)
{
	const struct style style = style_of(format, options);
	struct presentation presentation;

	present_begin(&presentation);
	format->write_fleet(fleet, &style, presentation.out);
	return present_end(&presentation, options, fleet->status);
}
