/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of modprobe's configuration, and what they come to. */
#include "host/modules/modprobe.h"

#include "base/alloc.h"
#include "host/boot/kernel_arguments.h"
#include "host/modules/kernel_modules.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static const char *const commands[] = {
	[MODPROBE_OPTIONS] = "options",
	[MODPROBE_SOFTDEP] = "softdep",
	[MODPROBE_BLACKLIST] = "blacklist",
	[MODPROBE_INSTALL] = "install",
};

/* Which command a word is; ARRAY_SIZE(commands) when it is none that matters here. */
static size_t find_command(const char *word)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(commands) && strcmp(word, commands[i]) != 0)
		i++;
	return i;
}

static struct modprobe_line *add(struct modprobe *modprobe, enum modprobe_command command,
				 const char *file, const char *module, const char *rest)
{
	struct modprobe_line *line;

	if (modprobe->count == modprobe->room) {
		modprobe->room = modprobe->room ? 2 * modprobe->room : 16;
		modprobe->lines = xreallocarray(modprobe->lines, modprobe->room, sizeof(*line));
	}
	line = &modprobe->lines[modprobe->count++];
	*line = (struct modprobe_line){
		.command = command,
		.file = xstrdup(file),
		.module = xstrdup(module),
		.rest = xstrdup(rest),
	};
	return line;
}

void modprobe_free(struct modprobe *modprobe)
{
	for (size_t i = 0; i < modprobe->count; i++) {
		free(modprobe->lines[i].file);
		free(modprobe->lines[i].module);
		free(modprobe->lines[i].rest);
	}
	free(modprobe->lines);
	*modprobe = (struct modprobe){ 0 };
}

/*
 * A name as kmod keeps it (underscores()): - is _ but for the ranges of a pattern. False where kmod
 * takes it for no name: a bracket without its other half.
 */
static bool fold_name(char *name)
{
	for (; *name; name++) {
		if (*name == ']')
			return false;
		if (*name == '[') {
			name += strcspn(name, "]");
			if (!*name)
				return false;
		}
		if (*name == '-')
			*name = '_';
	}
	return true;
}

/*
 * The text with continued lines joined. As in kmod (freadline_wrapped) a comment is continued too,
 * and a backslash before any other character only goes away.
 */
static char *join_continued(const char *text)
{
	char *joined = xcalloc(strlen(text) + 1, 1), *out = joined;

	for (; *text; text++) {
		if (*text == '\\') {
			text++;
			if (!*text)
				break;
			if (*text == '\n')
				continue;
		}
		*out++ = *text;
	}
	return joined;
}

/* Words are cut where kmod_config_parse cuts them; modifies text. A comment begins no command. */
static void parse_line(char *text, const char *file, struct modprobe *modprobe)
{
	char *cursor, *word, *module, *rest;
	size_t command;

	word = strtok_r(text, "\t ", &cursor);
	command = word ? find_command(word) : ARRAY_SIZE(commands);
	if (command == ARRAY_SIZE(commands))
		return;
	module = strtok_r(NULL, "\t ", &cursor);
	rest = strtok_r(NULL, "", &cursor);
	if (!module || !fold_name(module))
		return;
	if (command == MODPROBE_BLACKLIST)
		add(modprobe, MODPROBE_BLACKLIST, file, module, "");
	else if (rest)
		add(modprobe, (enum modprobe_command)command, file, module, rest);
}

void modprobe_parse(const char *text, const char *file, struct modprobe *modprobe)
{
	_cleanup_free_ char *joined = join_continued(text);
	char *cursor = joined, *line;

	while ((line = strsep(&cursor, "\n")))
		parse_line(line, file, modprobe);
}

/*
 * The next word of a command line or an options line: blanks within double quotes belong to it, as
 * for the kernel (next_arg) and kmod. *closed says whether its quotes are. NULL at the end.
 */
static char *next_argument(const char **cursor, bool *closed)
{
	const char *start = *cursor, *end;
	bool quoted = false;

	while (isspace((unsigned char)*start))
		start++;
	for (end = start; *end && (quoted || !isspace((unsigned char)*end)); end++)
		if (*end == '"')
			quoted = !quoted;
	*closed = !quoted;
	*cursor = end;
	return end > start ? xstrndup(start, (size_t)(end - start)) : NULL;
}

/* modprobe.blacklist=a,b: kmod compares these names as they are written, - is not _ here. */
static void add_blacklist(char *names, const char *file, struct modprobe *modprobe)
{
	char *name;

	while ((name = strsep(&names, ",")))
		add(modprobe, MODPROBE_BLACKLIST, file, name, "")->argument = true;
}

/*
 * One word "module.option[=value]" (kmod_config_parse_kcmdline); modifies it. Quotes may stand
 * around the value's blanks or around the whole word, as GRUB writes it: the value gets them then.
 */
static void parse_argument(char *word, const char *file, struct modprobe *modprobe)
{
	static const char ends_name[] = ".=\" \t\n\v\f\r";
	bool quoted = *word == '"';
	char *module = word + quoted, *option = module + strcspn(module, ends_name), *value;
	_cleanup_free_ char *rest = NULL;

	if (*option != '.')
		return;
	*option++ = '\0';
	value = option + strcspn(option, ends_name);
	if (*value && *value != '=')
		return;
	rest = !*value ? xstrdup(option)
		       : xasprintf("%.*s=%s%s", (int)(value - option), option, quoted ? "\"" : "",
				   value + 1);
	if (!strcmp(module, "modprobe") && starts_with(rest, "blacklist="))
		add_blacklist(rest + strlen("blacklist="), file, modprobe);
	else if (fold_name(module))
		add(modprobe, MODPROBE_OPTIONS, file, module, rest)->argument = true;
}

void modprobe_parse_arguments(const char *text, const char *file, struct modprobe *modprobe)
{
	bool closed;
	char *word;

	while ((word = next_argument(&text, &closed))) {
		/* To kmod a quote that is never closed makes no word. */
		if (closed)
			parse_argument(word, file, modprobe);
		free(word);
	}
}

static bool is_for(const struct modprobe_line *line, const char *module)
{
	if (line->command == MODPROBE_SOFTDEP || line->command == MODPROBE_INSTALL)
		return !fnmatch(line->module, module, 0);
	return !strcmp(line->module, module);
}

const struct modprobe_line *modprobe_next(const struct modprobe *modprobe,
					  enum modprobe_command command, const char *module,
					  const struct modprobe_line *previous)
{
	_cleanup_free_ char *name = module_name(module);
	size_t i = previous ? (size_t)(previous - modprobe->lines) + 1 : 0;

	for (; i < modprobe->count; i++)
		if (modprobe->lines[i].command == command && is_for(&modprobe->lines[i], name))
			return &modprobe->lines[i];
	return NULL;
}

/* Whether a module stands behind "pre:" in the rest of a softdep line. */
static bool has_before(const char *rest, const char *module)
{
	const char *end = rest + strlen(rest), *word;
	bool before = false;
	size_t length;

	/*
	 * The blank between the module's name and the rest is gone. Where exactly one more is left,
	 * kmod (kmod_config_add_softdep) takes it for a part of the first word, and "pre:" is lost.
	 */
	if (isspace((unsigned char)rest[0]) && !isspace((unsigned char)rest[1]))
		next_word(&rest, end, &word, &length);
	while (next_word(&rest, end, &word, &length)) {
		_cleanup_free_ char *copy = xstrndup(word, length), *name = module_name(copy);

		if (!strcmp(copy, "pre:") || !strcmp(copy, "post:"))
			before = !strcmp(copy, "pre:");
		else if (before && !strcmp(name, module))
			return true;
	}
	return false;
}

bool modprobe_loads_before(const struct modprobe *modprobe, const char *first, const char *module,
			   const struct modprobe_line **line)
{
	const struct modprobe_line *found = modprobe_next(modprobe, MODPROBE_SOFTDEP, module, NULL);
	_cleanup_free_ char *name = module_name(first);

	if (line)
		*line = found;
	return found && has_before(found->rest, name);
}

static void drop_quotes(char *word)
{
	char *out = word;

	for (; *word; word++)
		if (*word != '"')
			*out++ = *word;
	*out = '\0';
}

/* The last value that one options line gives a parameter; NULL when it gives none. */
static char *last_value(const char *options, const char *parameter)
{
	char *last = NULL, *word;
	bool closed;

	while ((word = next_argument(&options, &closed))) {
		const char *value;

		drop_quotes(word);
		value = kernel_argument_value(word, parameter);
		if (value) {
			free(last);
			last = xstrdup(value);
		}
		free(word);
	}
	return last;
}

const struct modprobe_line *modprobe_parameter(const struct modprobe *modprobe, const char *module,
					       const char *parameter, char **ret)
{
	const struct modprobe_line *line = NULL, *winner = NULL;
	char *last = NULL;

	while ((line = modprobe_next(modprobe, MODPROBE_OPTIONS, module, line))) {
		char *value = last_value(line->rest, parameter);

		if (value) {
			free(last);
			last = value;
			winner = line;
		}
	}
	if (winner)
		*ret = last;
	return winner;
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool modprobe_line_is_after(const struct modprobe_line *line, const char *file)
{
	return line->argument || strcmp(file_name(line->file), file_name(file)) > 0;
}
