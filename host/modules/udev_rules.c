/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of udev's that choose a PCI function's driver. */
#include "host/modules/udev_rules.h"

#include "base/alloc.h"
#include "base/strings.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* One 'KEY{attribute}=="value"' of a rule; the texts are its own. */
struct key {
	char *name, *attribute, *sign, *value; /* attribute "" when there is none */
};

static void free_key(struct key *key)
{
	free(key->name);
	free(key->attribute);
	free(key->sign);
	free(key->value);
	*key = (struct key){ 0 };
}

/* As many bytes as there are of these, as a text; moves *cursor behind them. */
static char *take(const char **cursor, const char *bytes, bool others)
{
	const char *start = *cursor;
	size_t length = others ? strcspn(start, bytes) : strspn(start, bytes);

	*cursor = start + length;
	return xstrndup(start, length);
}

static void pass(const char **cursor, const char *bytes)
{
	*cursor += strspn(*cursor, bytes);
}

/* The next key of a rule; false at its end, and at what is no key. Moves *cursor. */
static bool next_key(const char **cursor, struct key *ret)
{
	struct key key = { 0 };

	pass(cursor, " \t,");
	key.name = take(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_", false);
	if (**cursor == '{') {
		++*cursor;
		key.attribute = take(cursor, "}", true);
		*cursor += **cursor == '}';
	} else {
		key.attribute = xstrdup("");
	}
	pass(cursor, " \t");
	key.sign = take(cursor, "=!+-:", false);
	/* e"…" has escapes, i"…" takes capitals for small letters. */
	pass(cursor, " \tei");
	if (!*key.name || !*key.sign || **cursor != '"') {
		free_key(&key);
		return false;
	}
	++*cursor;
	key.value = take(cursor, "\"", true);
	*cursor += **cursor == '"';
	*ret = key;
	return true;
}

static void set(char **text, const char *value)
{
	free(*text);
	*text = xstrdup(value);
}

/* A key that compares: where it is one that is looked at, its pattern is kept. */
static void note_match(struct udev_override *rule, const struct key *key)
{
	char **pattern = NULL;

	if (!strcmp(key->name, "ACTION")) {
		rule->unsure |= fnmatch(key->value, "add", 0) != 0 && !strstr(key->value, "add");
		return;
	}
	if (!strcmp(key->name, "SUBSYSTEM") || !strcmp(key->name, "SUBSYSTEMS")) {
		rule->unsure |= strcmp(key->value, "pci") != 0;
		return;
	}
	if (!strcmp(key->name, "KERNEL") || !strcmp(key->name, "KERNELS"))
		pattern = &rule->kernel;
	else if (starts_with(key->name, "ATTR") && !strcmp(key->attribute, "vendor"))
		pattern = &rule->vendor;
	else if (starts_with(key->name, "ATTR") && !strcmp(key->attribute, "device"))
		pattern = &rule->device;
	else if (starts_with(key->name, "ATTR") && !strcmp(key->attribute, "class"))
		pattern = &rule->class;
	if (pattern && !*pattern && !strcmp(key->sign, "=="))
		set(pattern, key->value);
	else
		rule->unsure = true;
}

/* True for a key that says who gets the device. */
static bool note_assignment(struct udev_override *rule, const struct key *key)
{
	if (!strcmp(key->name, "ATTR") && !strcmp(key->attribute, "driver_override")) {
		set(&rule->driver, key->value);
		return true;
	}
	if (strcmp(key->name, "RUN") != 0)
		return false;
	if (strstr(key->value, "vfio-pci") || strstr(key->value, "vfio_pci"))
		rule->loads |= strstr(key->value, "kmod load") || strstr(key->value, "modprobe");
	rule->probes |= strstr(key->value, "drivers_probe") != NULL;
	return strstr(key->value, "driver_override") != NULL;
}

static void free_rule(struct udev_override *rule)
{
	free(rule->file);
	free(rule->driver);
	free(rule->kernel);
	free(rule->vendor);
	free(rule->device);
	free(rule->class);
}

static void parse_rule(const char *line, const char *file, bool unsure,
		       struct udev_overrides *overrides)
{
	struct udev_override rule = { .unsure = unsure };
	bool chooses = false;
	struct key key;

	while (next_key(&line, &key)) {
		if (!strcmp(key.sign, "==") || !strcmp(key.sign, "!="))
			note_match(&rule, &key);
		else
			chooses |= note_assignment(&rule, &key);
		free_key(&key);
	}
	if (!chooses) {
		free_rule(&rule);
		return;
	}
	rule.unsure |= !rule.driver;
	rule.file = xstrdup(file);
	overrides->items = xreallocarray(overrides->items, overrides->count + 1,
					 sizeof(*overrides->items));
	overrides->items[overrides->count++] = rule;
}

/* A line that ends with a backslash goes on in the next one. */
static char *join_continued(const char *text)
{
	char *joined = xstrdup(text), *out = joined;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] == '\n')
			text++;
		else
			*out++ = *text;
	}
	*out = '\0';
	return joined;
}

void udev_rules_parse(const char *text, const char *file, struct udev_overrides *overrides)
{
	_cleanup_free_ char *joined = join_continued(text);
	bool jumps = strstr(joined, "GOTO") != NULL;
	char *cursor = joined, *line;

	while ((line = strsep(&cursor, "\n"))) {
		line += strspn(line, " \t");
		if (*line && *line != '#')
			parse_rule(line, file, jumps, overrides);
	}
}

void udev_overrides_free(struct udev_overrides *overrides)
{
	for (size_t i = 0; i < overrides->count; i++)
		free_rule(&overrides->items[i]);
	free(overrides->items);
	*overrides = (struct udev_overrides){ 0 };
}

static bool fits(const char *patterns, const char *text)
{
	_cleanup_free_ char *copy = xstrdup(patterns);
	char *cursor = copy, *pattern;

	while ((pattern = strsep(&cursor, "|")))
		if (fnmatch(pattern, text, 0) == 0)
			return true;
	return !patterns;
}

static bool fits_number(const char *patterns, uint32_t number, int digits)
{
	_cleanup_free_ char *text = xasprintf("0x%0*x", digits, number);

	return fits(patterns, text);
}

const struct udev_override *udev_override_of(const struct udev_overrides *overrides,
					     const struct pci_identity *identity)
{
	const struct udev_override *last = NULL;

	for (size_t i = 0; i < overrides->count; i++) {
		const struct udev_override *rule = &overrides->items[i];

		if (fits(rule->kernel, identity->name) &&
		    fits_number(rule->vendor, identity->vendor, 4) &&
		    fits_number(rule->device, identity->device, 4) &&
		    fits_number(rule->class, identity->class, 6))
			last = rule;
	}
	return last;
}
