/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the work goes on, on standard error. */
#include "commands/progress.h"

#include "base/alloc.h"
#include "report/escape.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct progress {
	char *what;
	bool terminal;
};

static volatile sig_atomic_t stop_wanted;

static void want_stop(int signal_number)
{
	(void)signal_number;
	stop_wanted = 1;
}

static bool stopped(void *data)
{
	(void)data;
	return stop_wanted;
}

static void begin(void *data, const char *what)
{
	struct progress *progress = data;

	free(progress->what);
	progress->what = escape_controls(what);
	fprintf(stderr, progress->terminal ? "  %s …" : "  %s …\n", progress->what);
}

static void tick(void *data, unsigned seconds)
{
	struct progress *progress = data;

	if (progress->terminal && progress->what)
		fprintf(stderr, "\r  %s … %u s", progress->what, seconds);
}

static void end(void *data, bool good, unsigned seconds)
{
	struct progress *progress = data;

	fprintf(stderr, "%s  %s: %s after %u s\n", progress->terminal ? "\r" : "", progress->what,
		good ? "done" : "failed", seconds);
	free(progress->what);
	progress->what = NULL;
}

static const int wishes[] = { SIGINT, SIGTERM };
static const int losses[] = { SIGHUP, SIGPIPE };

const struct teller *progress_begin(void)
{
	static struct progress progress;
	static const struct teller teller = { begin, tick, end, stopped, &progress };
	struct sigaction action = { .sa_handler = want_stop, .sa_flags = SA_RESTART };

	progress.terminal = isatty(STDERR_FILENO);
	stop_wanted = 0;
	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++)
		sigaction(wishes[i], &action, NULL);
	action.sa_handler = SIG_IGN;
	for (size_t i = 0; i < ARRAY_SIZE(losses); i++)
		sigaction(losses[i], &action, NULL);
	return &teller;
}

void progress_end(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };

	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++)
		sigaction(wishes[i], &action, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(losses); i++)
		sigaction(losses[i], &action, NULL);
}
