/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results on standard output (or in the file of --output), everything else on standard error. */
#include "commands/present.h"

#include "base/alloc.h"
#include "report/escape.h"
#include "report/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int complain(const struct error *error)
{
	remark("%s", error->text);
	return STATUS_USAGE;
}

void remark(const char *format, ...)
{
	_cleanup_free_ char *text = NULL, *safe = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = xvasprintf(format, arguments);
	va_end(arguments);
	safe = escape_controls(text);
	fprintf(stderr, "gpucheck: %s\n", safe);
}

struct style style_for(const struct options *options)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
	bool to_terminal = !options->output && isatty(STDOUT_FILENO);
	bool able = to_terminal && !(no_color && *no_color) &&
		    !(terminal && !strcmp(terminal, "dumb"));
	struct winsize size = { 0 };
	int width = 80;

	if (to_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
		width = size.ws_col;
	return (struct style){
		.color = options->color == COLOR_AUTO ? able : options->color == COLOR_ALWAYS,
		.quiet = options->quiet,
		.verbose = options->verbose,
		.width = width,
	};
}

int find_format(const struct options *options, const struct format **ret, struct error *error)
{
	bool to_terminal = !options->output && isatty(STDOUT_FILENO);
	const char *name = options->format ? options->format : to_terminal ? "text" : "tap";
	_cleanup_free_ char *names = NULL;

	*ret = format_find(name);
	if (*ret)
		return 0;
	names = format_names();
	return error_set(error, EINVAL, "--format %s: no such format; the formats are %s", name,
			 names);
}

static int put_out(const char *text, size_t length, int status, const struct options *options)
{
	struct error error;

	return output_write(options->output, text, length, &error) < 0 ? complain(&error) : status;
}

int present(const struct outcome *outcome, const struct options *options,
	    const struct format *format)
{
	const struct style style = style_for(options);
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	format->write(outcome, &style, out);
	fclose(out);
	return put_out(text, length, outcome->status, options);
}

int present_fleet(const struct fleet *fleet, const struct options *options,
		  const struct format *format)
{
	const struct style style = style_for(options);
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	format->write_fleet(fleet, &style, out);
	fclose(out);
	return put_out(text, length, fleet->status, options);
}
