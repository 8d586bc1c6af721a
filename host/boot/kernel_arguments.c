/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel command line, split as the kernel splits it. */
#include "host/boot/kernel_arguments.h"

#include "base/alloc.h"
#include "host/state.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* One token: blanks inside double quotes belong to it, the quotes do not. */
static char *take_token(const char **cursor)
{
	const char *at = *cursor;
	bool quoted = false;
	char *token, *out;

	for (; *at && (quoted || !isspace((unsigned char)*at)); at++)
		quoted ^= *at == '"';
	token = xstrndup(*cursor, (size_t)(at - *cursor));
	*cursor = at;
	out = token;
	for (const char *from = token; *from; from++)
		if (*from != '"')
			*out++ = *from;
	*out = '\0';
	return token;
}

void kernel_arguments_parse(const char *line, struct kernel_arguments *ret)
{
	*ret = (struct kernel_arguments){ 0 };
	for (;;) {
		char *token;

		while (isspace((unsigned char)*line))
			line++;
		if (!*line)
			return;
		token = take_token(&line);
		/* What follows belongs to init (init/main.c, "--"). */
		if (!strcmp(token, "--")) {
			free(token);
			return;
		}
		strings_take(&ret->words, token);
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
