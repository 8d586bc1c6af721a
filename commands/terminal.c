/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the screen before a person can show. */
#include "commands/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	USUAL_COLUMNS = 80,
	LEAST_COLUMNS = 40,
	MOST_COLUMNS = 1000, /* of COLUMNS: more is a slip of the finger */
	/*
	 * Of running text. Lines of 45 to 75 letters read best; the report's reasons begin in
	 * column 26, so that they have 74 here. What is drawn or copied may have the whole screen.
	 */
	TEXT_COLUMNS = 100,
};

/*
 * The locale's letters, asked for when the first text is written and not before: reports for
 * programs need no locale. Only UTF-8 stays in force: what a legacy 8-bit charset calls a letter
 * must not change how host files are read.
 */
static bool locale_is_utf8(void)
{
	bool utf8 = setlocale(LC_CTYPE, "") && !strcmp(nl_langinfo(CODESET), "UTF-8");

	if (!utf8)
		setlocale(LC_CTYPE, "C");
	return utf8;
}

/* As ls and column do: the terminal's own size, else COLUMNS, which a shell does not export. */
static int columns_of_screen(int descriptor)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size = { 0 };
	long wanted = columns ? strtol(columns, NULL, 10) : 0;

	if (isatty(descriptor)) {
		ioctl(descriptor, TIOCGWINSZ, &size);
		wanted = size.ws_col;
	}
	if (wanted <= 0 || wanted > MOST_COLUMNS)
		return USUAL_COLUMNS;
	return wanted < LEAST_COLUMNS ? LEAST_COLUMNS : (int)wanted;
}

/* Without a name it knows no control sequences (terminfo's dumb). */
static bool is_able(int descriptor)
{
	const char *terminal = getenv("TERM");

	return isatty(descriptor) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

/* NO_COLOR counts when it is not empty (no-color.org). */
static bool wants_color(enum color color, int descriptor)
{
	const char *no_color = getenv("NO_COLOR");

	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	return is_able(descriptor) && !(no_color && *no_color);
}

static int text_columns(int columns)
{
	return columns > TEXT_COLUMNS ? TEXT_COLUMNS : columns;
}

static struct style style_of(const struct options *options, int descriptor)
{
	const int columns = columns_of_screen(descriptor);

	return (struct style){
		.color = wants_color(options->color, descriptor),
		.quiet = options->quiet,
		.verbose = options->verbose,
		.ascii = !locale_is_utf8(),
		.width = text_columns(columns),
		.columns = isatty(descriptor) ? columns : 0,
	};
}

struct style style_for(const struct options *options)
{
	/* A file is no terminal: nor is what no descriptor stands for. */
	return style_of(options, options->output ? -1 : STDOUT_FILENO);
}

struct style style_for_programs(const struct options *options)
{
	return (struct style){ .quiet = options->quiet, .verbose = options->verbose };
}

struct style style_for_plan(const struct options *options, int descriptor)
{
	const bool file = descriptor == STDOUT_FILENO && options->output;
	struct style style = style_of(options, file ? -1 : descriptor);

	style.width = style.columns ? style.width : 0;
	return style;
}

struct style style_for_messages(void)
{
	const bool terminal = isatty(STDERR_FILENO);
	const int columns = columns_of_screen(STDERR_FILENO);

	return (struct style){
		.ascii = !locale_is_utf8(),
		.width = terminal ? text_columns(columns) : 0,
		.columns = terminal ? columns : 0,
	};
}

bool messages_can_move(void)
{
	return is_able(STDERR_FILENO);
}
