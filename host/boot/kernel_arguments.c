/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel command line, split as the kernel splits it. */
#include "host/boot/kernel_arguments.h"

#include "base/alloc.h"
#include "host/state.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *kernel_token_end(const char *text)
{
	bool quoted = false;

	for (; *text && (quoted || !isspace((unsigned char)*text)); text++)
		quoted ^= *text == '"';
	return quoted ? NULL : text;
}

char *kernel_token_word(const char *token, size_t length)
{
	char *word = xstrndup(token, length), *out = word;

	for (const char *from = word; *from; from++)
		if (*from != '"')
			*out++ = *from;
	*out = '\0';
	return word;
}

/* Blanks inside double quotes belong to the token, the quotes do not. */
static char *take_word(const char **cursor)
{
	const char *token = *cursor, *end = kernel_token_end(token);

	*cursor = end ? end : token + strlen(token);
	return kernel_token_word(token, (size_t)(*cursor - token));
}

void kernel_arguments_parse(const char *line, struct kernel_arguments *ret)
{
	*ret = (struct kernel_arguments){ 0 };
	for (;;) {
		char *word;

		while (isspace((unsigned char)*line))
			line++;
		if (!*line)
			return;
		word = take_word(&line);
		/* What follows belongs to init (init/main.c, "--"). */
		if (!strcmp(word, "--")) {
			free(word);
			return;
		}
		strings_take(&ret->words, word);
	}
}

void kernel_arguments_free(struct kernel_arguments *arguments)
{
	strings_free(&arguments->words);
}

static char dash_is_underscore(char c)
{
	return c == '-' ? '_' : c;
}

const char *kernel_argument_value(const char *word, const char *name)
{
	while (*name && dash_is_underscore(*word) == dash_is_underscore(*name))
		word++, name++;
	return !*name && *word == '=' ? word + 1 : NULL;
}

int kernel_arguments_running(struct host *host, const struct kernel_arguments **ret,
			     struct error *error)
{
	int r = fact_must(&host->arguments, host->root, "proc/cmdline", LIMIT_TEXT, error);

	if (r < 0)
		return r;
	if (!host->parsed_arguments) {
		host->parsed_arguments = xcalloc(1, sizeof(*host->parsed_arguments));
		kernel_arguments_parse(host->arguments.text, host->parsed_arguments);
	}
	*ret = host->parsed_arguments;
	return 0;
}
