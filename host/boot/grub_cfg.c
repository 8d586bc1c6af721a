/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which entry of a grub.cfg boots by itself, and with which kernel arguments. */
#include "host/boot/grub_cfg.h"

#include "base/alloc.h"
#include "host/boot/grub_script.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NESTING = 32 };

struct menu_entry {
	char *title, *id;
	bool is_submenu;
	size_t body, end; /* commands of its block */
};

struct walk {
	const struct grub_script *script;
	const char *environment;
	struct grub_variables variables;
	struct menu_entry *entries;
	size_t count;
	char *kernel, *arguments; /* of the last linux command that ran */
};

/* "name=value" lines of an environment block; "#" lines are its padding. */
static void load_environment(struct walk *walk)
{
	const char *text = walk->environment ? walk->environment : "", *line;
	size_t length;

	if (!grub_spend(&walk->variables, strlen(text)))
		return;
	while (next_line(&text, &line, &length)) {
		_cleanup_free_ char *copy = xstrndup(line, length);
		char *equals = strchr(copy, '=');

		if (*copy == '#' || !equals)
			continue;
		*equals = '\0';
		grub_set(&walk->variables, copy, equals + 1);
	}
}

static void add_entry(struct walk *walk, size_t at)
{
	const struct grub_command *command = &walk->script->commands[at];
	struct menu_entry entry = {
		.is_submenu = !strcmp(command->words.items[0], "submenu"),
		.body = at + 1,
		.end = grub_block_end(walk->script, at),
	};

	for (size_t i = 1; i < command->words.count; i++) {
		char *word = grub_expand(&walk->variables, command->words.items[i]);
		/* grub.cfg sets menuentry_id_option to --id where GRUB knows it. */
		bool is_id = !strcmp(command->words.items[i], "$menuentry_id_option") ||
			     !strcmp(word, "--id");
		bool takes_value = is_id || !strcmp(word, "--class") || !strcmp(word, "--users") ||
				   !strcmp(word, "--hotkey");

		if (is_id && i + 1 < command->words.count && !entry.id)
			entry.id = grub_expand(&walk->variables, command->words.items[i + 1]);
		if (!takes_value && !entry.title && !starts_with(word, "--"))
			entry.title = xstrdup(word);
		i += takes_value;
		free(word);
	}
	if (!entry.title)
		entry.title = xstrdup("");
	walk->entries = xreallocarray(walk->entries, walk->count + 1, sizeof(entry));
	walk->entries[walk->count++] = entry;
}

static void free_entries(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++) {
		free(walk->entries[i].title);
		free(walk->entries[i].id);
	}
	free(walk->entries);
	walk->entries = NULL;
	walk->count = 0;
}

static void set_linux(struct walk *walk, const struct strings *words)
{
	size_t length;
	FILE *out;

	if (words->count < 2)
		return;
	free(walk->kernel);
	free(walk->arguments);
	walk->kernel = grub_expand(&walk->variables, words->items[1]);
	out = xmemstream(&walk->arguments, &length);
	for (size_t i = 2; i < words->count; i++) {
		_cleanup_free_ char *word = grub_expand(&walk->variables, words->items[i]);
		/* GRUB quotes a word with blanks again for the kernel. */
		const char *quote = strpbrk(word, " \t") ? "\"" : "";

		fprintf(out, "%s%s%s%s", i > 2 ? " " : "", quote, word, quote);
	}
	fclose(out);
}

static void assign(struct walk *walk, const char *word)
{
	_cleanup_free_ char *text = grub_expand(&walk->variables, word);
	char *equals = strchr(text, '=');

	if (!equals)
		return;
	*equals = '\0';
	grub_set(&walk->variables, text, equals + 1);
}

static void run_command(struct walk *walk, size_t at)
{
	const struct strings *words = &walk->script->commands[at].words;
	const char *name = words->count ? words->items[0] : "";

	if (!strcmp(name, "set") && words->count > 1)
		assign(walk, words->items[1]);
	else if (!strcmp(name, "load_env"))
		load_environment(walk);
	else if (!strcmp(name, "menuentry") || !strcmp(name, "submenu"))
		add_entry(walk, at);
	else if (!strcmp(name, "linux") || !strcmp(name, "linux16") || !strcmp(name, "linuxefi"))
		set_linux(walk, words);
	else if (isalpha((unsigned char)*name) && strchr(name, '='))
		assign(walk, name);
}

/* Run the commands [from, to): what stands in a branch not taken, or in a block, is not run. */
static void run_commands(struct walk *walk, size_t from, size_t to)
{
	struct {
		bool outer, taken;
	} nest[MAX_NESTING] = { { true, false } };
	bool active = true;
	size_t depth = 0;

	for (size_t i = from; i < to; i++) {
		const struct grub_command *command = &walk->script->commands[i];
		const struct strings *words = &command->words;
		const char *name = words->count ? words->items[0] : "";

		if (!strcmp(name, "if") && depth + 1 < MAX_NESTING) {
			nest[++depth].outer = active;
			active = active && grub_condition(&walk->variables, words, 1,
							  walk->environment != NULL);
			nest[depth].taken = active;
		} else if (!strcmp(name, "elif") && depth) {
			active = nest[depth].outer && !nest[depth].taken &&
				 grub_condition(&walk->variables, words, 1,
						walk->environment != NULL);
			nest[depth].taken |= active;
		} else if (!strcmp(name, "else") && depth) {
			active = nest[depth].outer && !nest[depth].taken;
		} else if (!strcmp(name, "fi") && depth) {
			active = nest[depth--].outer;
		} else {
			if (active)
				run_command(walk, i);
			if (command->opens)
				i = grub_block_end(walk->script, i) - 1;
		}
	}
}

/* One step of $default: up to a ">" that is not doubled (a title's own ">" is written ">>"). */
static char *next_step(const char **cursor)
{
	const char *at = *cursor;
	char *step = xcalloc(strlen(at) + 1, 1), *out = step;

	for (; *at; at++) {
		if (at[0] == '>' && at[1] != '>')
			break;
		at += at[0] == '>';
		*out++ = *at;
	}
	*cursor = *at ? at + 1 : at;
	return step;
}

static const struct menu_entry *choose(const struct walk *walk, const char *step)
{
	char *end;
	unsigned long index = strtoul(step, &end, 10);

	if (end != step && !*end && index < walk->count)
		return &walk->entries[index];
	for (size_t i = 0; i < walk->count; i++) {
		const struct menu_entry *entry = &walk->entries[i];

		if (!strcmp(entry->title, step) || (entry->id && !strcmp(entry->id, step)))
			return entry;
	}
	return &walk->entries[0];
}

/* Follow $default from the top menu into submenus until an entry is reached. */
static int walk_menu(struct walk *walk, struct boot_entry *ret, struct error *error)
{
	_cleanup_free_ char *path = NULL;
	const char *rest = "";
	size_t from = 0, to = walk->script->count;

	grub_set(&walk->variables, "menuentry_id_option", "--id");
	for (int depth = 0; depth < MAX_NESTING && !walk->variables.is_exhausted; depth++) {
		_cleanup_free_ char *step = NULL, *title = NULL;
		const struct menu_entry *entry;

		free_entries(walk);
		run_commands(walk, from, to);
		if (!walk->count)
			return error_set(error, ENOENT, "no menu entry");
		if (!path) {
			path = xstrdup(grub_get(&walk->variables, "default"));
			rest = path;
		}
		step = next_step(&rest);
		entry = choose(walk, step);
		from = entry->body;
		to = entry->end;
		if (entry->is_submenu)
			continue;
		title = xstrdup(entry->title);
		run_commands(walk, from, to);
		if (walk->variables.is_exhausted)
			break;
		if (!walk->kernel)
			return error_set(error, EINVAL, "its default entry \"%s\" starts no Linux",
					 title);
		*ret = (struct boot_entry){
			.title = xstrdup(title),
			.kernel = xstrdup(walk->kernel),
			.arguments = xstrdup(walk->arguments),
		};
		return 0;
	}
	if (walk->variables.is_exhausted)
		return error_set(error, E2BIG, "its variables make more than any menu needs");
	return error_set(error, ELOOP, "submenus without an end");
}

int grub_default_entry(const char *cfg, const char *environment, struct boot_entry *ret,
		       struct error *error)
{
	struct grub_script script;
	struct walk walk = { .script = &script, .environment = environment };
	int r;

	grub_script_parse(cfg, &script);
	r = script.is_cut ? error_set(error, E2BIG, "more commands than any menu needs")
			  : walk_menu(&walk, ret, error);
	free_entries(&walk);
	grub_variables_free(&walk.variables);
	free(walk.kernel);
	free(walk.arguments);
	grub_script_free(&script);
	return r;
}

void boot_entry_free(struct boot_entry *entry)
{
	free(entry->title);
	free(entry->kernel);
	free(entry->arguments);
	*entry = (struct boot_entry){ 0 };
}
