/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command folded so that it can still be copied. */
#include "report/fold.h"

#include "report/columns.h"

#include <stdbool.h>
#include <string.h>

struct line {
	FILE *out;
	int indent; /* of the lines that follow */
	int column;
	int width;
};

/* The quote a shell is within, behind one more character at text; *step: its bytes. */
static char quote_behind(char quote, const char *text, size_t *step)
{
	*step = *text == '\\' && quote != '\'' && text[1] ? 2 : 1;
	if (*step == 2)
		return quote;
	if (quote)
		return *text == quote ? '\0' : quote;
	return *text == '\'' || *text == '"' ? *text : '\0';
}

/* Bytes up to the next blank that separates words for a shell: none within quotes, none escaped. */
static size_t word_length(const char *text)
{
	char quote = '\0';
	size_t done, step;

	for (done = 0; text[done] && (quote || text[done] != ' '); done += step)
		quote = quote_behind(quote, text + done, &step);
	return done;
}

/*
 * Bytes of a word that go into the columns, no pair of a backslash and its character torn: one
 * character where none does. *quote: what a shell is within before and behind them.
 */
static size_t first_piece(const char *word, size_t length, int columns, char *quote)
{
	size_t fits = bytes_in_columns(word, length, columns), done = 0, step;

	if (!fits)
		fits = bytes_in_columns(word, length, 2);
	while (done < fits) {
		char behind = quote_behind(*quote, word + done, &step);

		if (done && done + step > fits)
			break;
		*quote = behind;
		done += step;
	}
	return done;
}

static void put(struct line *line, const char *text, size_t length)
{
	fwrite(text, 1, length, line->out);
	line->column += columns_of(text, length);
}

/*
 * The shell joins what stands at the end of a line and at the begin of the next. more: another word
 * follows.
 */
static void put_long_word(struct line *line, const char *word, size_t length, bool more)
{
	const int width = line->width - (more ? 2 : 0);

	char quote = '\0';

	while (line->column + columns_of(word, length) > width) {
		/* Room for '\ at the end; within double quotes the shell joins lines as well. */
		size_t piece = first_piece(word, length, line->width - line->column - 2, &quote);

		put(line, word, piece);
		fputs(quote == '\'' ? "'\\\n'" : "\\\n", line->out);
		line->column = quote == '\'';
		word += piece;
		length -= piece;
	}
	put(line, word, length);
}

void fold_command(const char *command, int column, int indent, int width, FILE *out)
{
	struct line line = { out, indent, column, width };
	bool first = true;

	for (command += strspn(command, " "); *command; command += strspn(command, " ")) {
		size_t length = word_length(command);
		bool last = !command[length];
		/* Behind every word but the last there may have to be " \". */
		int need = columns_of(command, length) + !first + (last ? 0 : 2);

		if (width && !first && line.column + need > width) {
			fprintf(out, " \\\n%*s", indent, "");
			line.column = indent;
		} else if (!first) {
			put(&line, " ", 1);
		}
		if (width)
			put_long_word(&line, command, length, !last);
		else
			put(&line, command, length);
		command += length;
		first = false;
	}
	fputc('\n', out);
}
