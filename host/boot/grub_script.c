/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's script language: words and quotes, variables, blocks. */
#include "host/boot/grub_script.h"

#include "base/alloc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *after_quote(const char *at)
{
	char quote = *at++;

	while (*at && *at != quote)
		at += quote == '"' && *at == '\\' && at[1] ? 2 : 1;
	return *at ? at + 1 : at;
}

/* A word ends at a blank, newline or semicolon that no quote or backslash protects. */
static const char *word_end(const char *at)
{
	while (*at && !strchr(" \t\r\n;", *at)) {
		if (*at == '\'' || *at == '"')
			at = after_quote(at);
		else
			at += *at == '\\' && at[1] ? 2 : 1;
	}
	return at;
}

static struct grub_command *add_command(struct grub_script *script)
{
	script->commands = xreallocarray(script->commands, script->count + 1,
					 sizeof(*script->commands));
	script->commands[script->count] = (struct grub_command){ 0 };
	return &script->commands[script->count++];
}

/* Words that are a command of their own: what follows on the line is the next one. */
static bool stands_alone(const char *word)
{
	return !strcmp(word, "then") || !strcmp(word, "else") || !strcmp(word, "do");
}

void grub_script_parse(const char *text, struct grub_script *ret)
{
	struct grub_command *command = NULL;

	*ret = (struct grub_script){ 0 };
	while (*text) {
		_cleanup_free_ char *word = NULL;
		const char *end;

		if (*text == '\n' || *text == ';' || *text == '#') {
			text += *text == '#' ? strcspn(text, "\n") : 1;
			command = NULL;
			continue;
		}
		if (isspace((unsigned char)*text)) {
			text++;
			continue;
		}
		end = word_end(text);
		word = xstrndup(text, (size_t)(end - text));
		text = end;
		if (!command || !strcmp(word, "}"))
			command = add_command(ret);
		if (!strcmp(word, "{")) {
			command->opens = true;
			command = NULL;
		} else if (!strcmp(word, "}")) {
			command->closes = true;
			command = NULL;
		} else {
			strings_add(&command->words, word);
			if (command->words.count == 1 && stands_alone(word))
				command = NULL;
		}
	}
}

void grub_script_free(struct grub_script *script)
{
	for (size_t i = 0; i < script->count; i++)
		strings_free(&script->commands[i].words);
	free(script->commands);
	*script = (struct grub_script){ 0 };
}

size_t grub_block_end(const struct grub_script *script, size_t open)
{
	size_t depth = 0;

	for (size_t i = open; i < script->count; i++) {
		depth += script->commands[i].opens;
		depth -= script->commands[i].closes && depth > 0;
		if (!depth)
			return i + 1;
	}
	return script->count;
}

bool grub_spend(struct grub_variables *variables, size_t work)
{
	if (variables->work > GRUB_WORK || work > GRUB_WORK - variables->work)
		variables->is_exhausted = true;
	else
		variables->work += work;
	return !variables->is_exhausted;
}

void grub_set(struct grub_variables *variables, const char *name, const char *value)
{
	if (!grub_spend(variables, variables->names.count + 1))
		return;
	for (size_t i = 0; i < variables->names.count; i++) {
		if (strcmp(variables->names.items[i], name) != 0)
			continue;
		free(variables->values.items[i]);
		variables->values.items[i] = xstrdup(value);
		return;
	}
	strings_add(&variables->names, name);
	strings_add(&variables->values, value);
}

const char *grub_get(struct grub_variables *variables, const char *name)
{
	if (!grub_spend(variables, variables->names.count + 1))
		return "";
	for (size_t i = 0; i < variables->names.count; i++)
		if (!strcmp(variables->names.items[i], name))
			return variables->values.items[i];
	return "";
}

void grub_variables_free(struct grub_variables *variables)
{
	strings_free(&variables->names);
	strings_free(&variables->values);
}

/* at is behind the "$"; returns what is behind the variable. */
static const char *put_variable(struct grub_variables *variables, const char *at, FILE *out)
{
	bool braces = *at == '{';
	const char *name = at + braces, *end = name;
	_cleanup_free_ char *copy = NULL;
	const char *value;

	while (isalnum((unsigned char)*end) || *end == '_')
		end++;
	if (end == name) {
		fputc('$', out);
		return at;
	}
	copy = xstrndup(name, (size_t)(end - name));
	value = grub_get(variables, copy);
	if (grub_spend(variables, strlen(value)))
		fputs(value, out);
	return end + (braces && *end == '}');
}

char *grub_expand(struct grub_variables *variables, const char *word)
{
	char *text = NULL, quote = '\0';
	size_t length;
	FILE *out;

	if (!strpbrk(word, "'\"$\\"))
		return xstrdup(word);
	out = xmemstream(&text, &length);
	while (*word) {
		if (*word == quote) {
			quote = '\0';
			word++;
		} else if (!quote && (*word == '\'' || *word == '"')) {
			quote = *word++;
		} else if (*word == '$' && quote != '\'') {
			word = put_variable(variables, word + 1, out);
		} else if (*word == '\\' && word[1] &&
			   (!quote || (quote == '"' && strchr("$\"\\", word[1])))) {
			fputc(word[1], out);
			word += 2;
		} else {
			fputc(*word++, out);
		}
	}
	fclose(out);
	return text;
}
