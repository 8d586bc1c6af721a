/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRUB's script language, as far as grub-mkconfig's output uses it: words and quotes, variables,
 * blocks and the conditions of if (GRUB manual, "Writing full configuration files directly").
 */
#ifndef GPUCHECK_HOST_BOOT_GRUB_SCRIPT_H
#define GPUCHECK_HOST_BOOT_GRUB_SCRIPT_H

#include "base/strings.h"

#include <stdbool.h>
#include <stddef.h>

/* One simple command: its words as written, quotes and variables still in them. */
struct grub_command {
	struct strings words;
	bool opens;  /* a block "{" follows it */
	bool closes; /* it is the "}" of a block */
};

struct grub_script {
	struct grub_command *commands;
	size_t count;
	bool is_cut; /* more than GRUB_COMMANDS of them: the rest is not here */
};

/* Of a script; a menu of a thousand entries takes a tenth of it. */
#define GRUB_COMMANDS ((size_t)1 << 17)

/*
 * Names and values in step; a later value replaces an earlier one. A few lines "a=$a$a" make more
 * than any memory holds: behind GRUB_WORK every name and text is empty, and is_exhausted says so.
 */
struct grub_variables {
	struct strings names, values;
	size_t work; /* names looked at and bytes put in so far */
	bool is_exhausted;
};

/* A menu of a thousand entries takes a tenth of it. */
#define GRUB_WORK ((size_t)4 << 20)

/* Note that so much more was done; false when that was too much. */
bool grub_spend(struct grub_variables *variables, size_t work);

/* Never fails: what is no script gives commands nobody knows. */
void grub_script_parse(const char *text, struct grub_script *ret);
void grub_script_free(struct grub_script *script);

/* The command behind the block that command number `open` opens, script->count at the end. */
size_t grub_block_end(const struct grub_script *script, size_t open);

void grub_set(struct grub_variables *variables, const char *name, const char *value);
const char *grub_get(struct grub_variables *variables, const char *name); /* "" if unset */
void grub_variables_free(struct grub_variables *variables);

/* A word without its quotes, variables put in; the caller frees it. */
char *grub_expand(struct grub_variables *variables, const char *word);

/*
 * Whether the command that is words[first...] succeeds, for "[" and "test"; any other command, and
 * tests on files other than grubenv, count as false.
 */
bool grub_condition(struct grub_variables *variables, const struct strings *words, size_t first,
		    bool has_environment);

#endif
