/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the work goes on, on standard error. */
#include "commands/progress.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "commands/terminal.h"
#include "report/columns.h"
#include "report/page.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* To the left edge, and what is behind it erased (ECMA-48, 8.3.41). */
#define BACK "\r\033[K"

struct progress {
	char *what; /* of the outermost work that is told */
	unsigned depth;
	long long since; /* as monotonic_ms counts */
	bool moving;     /* its line can be written anew */
	bool stays;      /* its begin and end are told */
	bool shown;
};

/* There is one standard error, and one piece of work on it. */
static struct progress progress;
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

/* "  asking the guest ml ... 3 s", cut where the terminal ends: what is longer cannot move. */
static void draw(const char *behind)
{
	const struct style style = style_for_messages();
	_cleanup_free_ char *end = xasprintf(" …%s", behind);
	_cleanup_free_ char *safe_end = page_letters(end, &style);
	_cleanup_free_ char *safe = page_letters(progress.what, &style);
	const int room = widest(&style) - (int)strlen("  ") -
			 columns_of(safe_end, strlen(safe_end)) - 1;
	const size_t length = widest(&style) ? bytes_in_columns(safe, strlen(safe), room)
					     : strlen(safe);

	fprintf(stderr, "%s  %.*s%s%s", progress.moving ? BACK : "", (int)length, safe, safe_end,
		progress.moving ? "" : "\n");
	progress.shown = true;
}

static void begin(void *data, const char *what)
{
	const bool *stays = data;

	if (progress.depth++)
		return;
	progress.what = xstrdup(what);
	progress.since = monotonic_ms();
	progress.moving = messages_can_move();
	progress.stays = *stays;
	progress.shown = false;
	if (progress.stays)
		draw("");
}

static void tick(void *data, unsigned seconds)
{
	_cleanup_free_ char *behind = NULL;

	(void)data;
	(void)seconds; /* of what may be a part only */
	if (!progress.depth || !progress.moving)
		return;
	behind = xasprintf(" %lld s", (monotonic_ms() - progress.since) / 1000);
	draw(behind);
}

static void say_end(bool good, unsigned seconds)
{
	const struct style style = style_for_messages();
	_cleanup_free_ char *line = xasprintf("%s: %s after %u s", progress.what,
					      good ? "done" : "failed", seconds);

	fprintf(stderr, "  ");
	page_text(line, 2, 4, &style, stderr);
}

static void end(void *data, bool good, unsigned seconds)
{
	(void)data;
	if (!progress.depth || --progress.depth)
		return;
	if (progress.shown && progress.moving)
		fputs(BACK, stderr);
	if (progress.stays)
		say_end(good, seconds);
	free(progress.what);
	progress.what = NULL;
}

const struct teller *progress_of_looking(const struct options *options)
{
	static bool stays = false;
	static const struct teller teller = { begin, tick, end, NULL, &stays };

	return options->quiet || !messages_can_move() ? NULL : &teller;
}

static const int wishes[] = { SIGINT, SIGTERM };
static const int losses[] = { SIGHUP, SIGPIPE };

const struct teller *progress_begin(void)
{
	static bool stays = true;
	static const struct teller teller = { begin, tick, end, stopped, &stays };
	struct sigaction action = { .sa_handler = want_stop, .sa_flags = SA_RESTART };

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
