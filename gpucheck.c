/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpucheck: from the command line through host, probes and engine to a report. */
#include "base/alloc.h"
#include "engine/configuration.h"
#include "engine/options.h"
#include "engine/run.h"
#include "engine/selection.h"
#include "engine/target.h"
#include "host/host.h"
#include "probes/catalogue.h"
#include "report/escape.h"
#include "report/output.h"
#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int complain(const struct error *error)
{
	_cleanup_free_ char *safe = escape_controls(error->text);

	fprintf(stderr, "gpucheck: %s\n", safe);
	return STATUS_USAGE;
}

static struct style style_for(const struct options *options)
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

static int find_format(const struct options *options, const struct format **ret,
		       struct error *error)
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

static int report(const struct outcome *outcome, const struct options *options,
		  const struct format *format)
{
	const struct style style = style_for(options);
	_cleanup_free_ char *text = NULL;
	struct error error;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	format->write(outcome, &style, out);
	fclose(out);
	if (output_write(options->output, text, length, &error) < 0)
		return complain(&error);
	return outcome->status;
}

static int check(const struct options *options, const struct configuration *configuration,
		 const struct format *format, const struct selection *selection, struct host *host)
{
	struct targets targets = { 0 };
	const struct question question = {
		.selection = selection,
		.targets = &targets,
		.vm = options->vm,
		.guest = options->guest,
		.wait = options->wait,
		.strict = options->strict || configuration->strict,
	};
	struct outcome outcome;
	struct error error;
	int status;

	vms_connect(host, options->connect);
	if (selection->has_gpu &&
	    targets_choose(host, &options->gpus, configuration, &targets, &error) < 0) {
		complain(&error);
		/* A GPU that was named and is not there ends the run; a host without one is
		 * reported. */
		if (options->gpus.count || configuration->count)
			return STATUS_USAGE;
	}
	if (run_checks(host, &question, &outcome, &error) < 0) {
		status = complain(&error);
	} else {
		status = report(&outcome, options, format);
		outcome_free(&outcome);
	}
	targets_free(&targets);
	return status;
}

static int select_and_check(const struct options *options,
			    const struct configuration *configuration, struct host *host)
{
	const bool own = !options->has_through && configuration->has_through;
	const enum stage through = own ? configuration->through : options->through;
	const struct format *format;
	struct selection selection;
	struct error error;
	int status;

	if (find_format(options, &format, &error) < 0 ||
	    selection_make(&options->checks, through, &selection, &error) < 0)
		return complain(&error);
	status = check(options, configuration, format, &selection, host);
	selection_free(&selection);
	return status;
}

static int open_and_check(const struct options *options)
{
	struct configuration configuration;
	struct host *host;
	struct error error;
	int status;

	if (host_open(options->root, &host, &error) < 0) {
		error_wrap(&error, "--root");
		return complain(&error);
	}
	if (configuration_read(options->config, host, &configuration, &error) < 0) {
		status = complain(&error);
	} else {
		status = select_and_check(options, &configuration, host);
		configuration_free(&configuration);
	}
	host_close(host);
	return status;
}

static int explain(const struct options *options)
{
	const int width = style_for(options).width;
	struct error error;

	if (!options->checks.count) {
		error_set(&error, EINVAL,
			  "--explain needs a check; gpucheck --list shows them all");
		return complain(&error);
	}
	for (size_t i = 0; i < options->checks.count; i++) {
		if (catalogue_find(options->checks.items[i]))
			continue;
		error_set(&error, EINVAL,
			  "--explain %s: no such check; gpucheck --list shows them all",
			  options->checks.items[i]);
		return complain(&error);
	}
	for (size_t i = 0; i < options->checks.count; i++) {
		if (i)
			putchar('\n');
		write_explanation(catalogue_find(options->checks.items[i]), width, stdout);
	}
	return STATUS_PASSED;
}

static int run_mode(const struct options *options)
{
	switch (options->mode) {
	case MODE_LIST:
		write_catalogue(stdout);
		return STATUS_PASSED;
	case MODE_EXPLAIN:
		return explain(options);
	case MODE_HELP:
		fputs(options_help, stdout);
		return STATUS_PASSED;
	case MODE_VERSION:
		puts("gpucheck " GPUCHECK_VERSION);
		return STATUS_PASSED;
	default:
		return open_and_check(options);
	}
}

int main(int argc, char **argv)
{
	struct options options;
	struct error error;
	int status;

	if (options_parse(argc, argv, &options, &error) < 0) {
		error_wrap(&error, "%s", "usage");
		complain(&error);
		fputs("Try 'gpucheck --help'.\n", stderr);
		return STATUS_USAGE;
	}
	status = run_mode(&options);
	options_free(&options);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		error_set_errno(&error, EIO, "writing to standard output");
		return complain(&error);
	}
	return status;
}
