/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration file, by inih. */
#include "engine/configuration.h"

#include "base/alloc.h"
#include "engine/suggestion.h"
#include "host/vm/guests.h"
#include "probes/catalogue.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

/*
 * What of a line or a section's name is beyond these, inih takes for another line, or cuts
 * (INI_MAX_LINE, MAX_SECTION).
 */
enum { LONGEST_LINE = 198, LONGEST_SECTION = 48 };

struct reading {
	struct configuration *configuration;
	struct error error;
};

static int refuse(struct reading *reading, const char *name, const char *value, const char *wanted)
{
	error_set(&reading->error, EINVAL, "%s=%s: %s", name, value, wanted);
	return 0;
}

static int refuse_stage(struct reading *reading, const char *name, const char *value)
{
	_cleanup_free_ char *instead = suggest_stage(value);
	_cleanup_free_ char *wanted = xasprintf("no such stage; %s", instead);

	return refuse(reading, name, value, wanted);
}

static int refuse_check(struct reading *reading, const char *value)
{
	_cleanup_free_ char *instead = suggest_check(value);
	_cleanup_free_ char *wanted = xasprintf("no such check; %s", instead);

	return refuse(reading, "ignore", value, wanted);
}

static bool parse_switch(const char *value, bool *ret)
{
	static const char *const on[] = { "yes", "on", "true", "1" };
	static const char *const off[] = { "no", "off", "false", "0" };

	for (size_t i = 0; i < ARRAY_SIZE(on); i++) {
		if (!strcmp(value, on[i]) || !strcmp(value, off[i])) {
			*ret = !strcmp(value, on[i]);
			return true;
		}
	}
	return false;
}

/* A key above the sections. */
static int take_general(struct reading *reading, const char *name, const char *value)
{
	struct configuration *configuration = reading->configuration;

	if (!strcmp(name, "through")) {
		configuration->has_through = stage_find(value, &configuration->through);
		return configuration->has_through ? 1 : refuse_stage(reading, name, value);
	}
	if (!strcmp(name, "strict"))
		return parse_switch(value, &configuration->strict)
			       ? 1
			       : refuse(reading, name, value, "say yes or no");
	return refuse(reading, name, value, "no such key here; there are through and strict");
}

static struct gpu_section *section_of(struct reading *reading, const char *section)
{
	struct configuration *configuration = reading->configuration;
	struct gpu_section *found;
	struct pci_address gpu;

	if (strlen(section) > LONGEST_SECTION || !starts_with(section, "gpu ") ||
	    !pci_address_parse(section + strlen("gpu ") + strspn(section + strlen("gpu "), " "),
			       &gpu)) {
		error_set(&reading->error, EINVAL, "[%s]: a section is [gpu 0000:01:00.0]",
			  section);
		return NULL;
	}
	for (size_t i = 0; i < configuration->count; i++)
		if (pci_address_compare(&configuration->sections[i].gpu, &gpu) == 0)
			return &configuration->sections[i];
	configuration->sections = xreallocarray(configuration->sections, configuration->count + 1,
						sizeof(*configuration->sections));
	found = &configuration->sections[configuration->count++];
	*found = (struct gpu_section){ .gpu = gpu };
	return found;
}

static int take_ignore(struct reading *reading, struct gpu_section *section, const char *value)
{
	const char *cursor = value, *end = value + strlen(value), *word;
	size_t length;

	while (next_word(&cursor, end, &word, &length)) {
		_cleanup_free_ char *id = xstrndup(word, length);

		id[strcspn(id, ",")] = '\0';
		if (*id && !catalogue_find(id))
			return refuse_check(reading, id);
		if (*id)
			strings_add(&section->ignore, id);
	}
	return 1;
}

static int take_text(char **text, const char *value)
{
	free(*text);
	*text = xstrdup(value);
	return 1;
}

static int take_key(struct reading *reading, struct gpu_section *section, const char *name,
		    const char *value)
{
	bool rom;

	if (!strcmp(name, "vm") && *value)
		return take_text(&section->vm, value);
	if (!strcmp(name, "guest"))
		return guest_destination_check(value, NULL) == 0
			       ? take_text(&section->guest, value)
			       : refuse(reading, name, value, "not [USER@]HOST[:PORT]");
	if (!strcmp(name, "rom")) {
		if (!parse_switch(value, &rom))
			return refuse(reading, name, value, "say on or off");
		section->rom_off = !rom;
		return 1;
	}
	if (!strcmp(name, "ignore"))
		return take_ignore(reading, section, value);
	return refuse(reading, name, value, "no such key; there are vm, guest, rom and ignore");
}

static int take(void *user, const char *section, const char *name, const char *value)
{
	struct reading *reading = user;
	struct gpu_section *gpu;

	if (reading->error.code)
		return 0;
	if (!*section)
		return take_general(reading, name, value ? value : "");
	gpu = section_of(reading, section);
	return gpu && take_key(reading, gpu, name, value ? value : "");
}

/* The number of the first line that is too long; 0 without one. */
static int find_long_line(const char *text)
{
	const char *line;
	size_t length;

	for (int number = 1; next_line(&text, &line, &length); number++)
		if (length > LONGEST_LINE)
			return number;
	return 0;
}

int configuration_parse(const char *text, const char *file, struct configuration *ret,
			struct error *error)
{
	struct configuration configuration = { 0 };
	struct reading reading = { .configuration = &configuration };
	int line = find_long_line(text);

	if (line)
		return error_set(error, EINVAL,
				 "%s:%d: longer than %d bytes; a list goes on in the next line, "
				 "behind blanks",
				 file, line, LONGEST_LINE);
	line = ini_parse_string(text, take, &reading);
	if (line == 0 && !reading.error.code) {
		*ret = configuration;
		return 0;
	}
	configuration_free(&configuration);
	return error_set(error, EINVAL, "%s:%d: %s", file, line,
			 reading.error.code ? reading.error.text : "not a line of key=value");
}

int configuration_read(const char *file, struct host *host, struct configuration *ret,
		       struct error *error)
{
	_cleanup_free_ char *text = NULL;
	int r = file ? host_user_file(file, &text, error) : host_configuration(host, &text, error);

	*ret = (struct configuration){ 0 };
	if (r < 0 || !text)
		return r;
	return configuration_parse(text, file ? file : "/etc/gpucheck.conf", ret, error);
}

void configuration_free(struct configuration *configuration)
{
	for (size_t i = 0; i < configuration->count; i++) {
		free(configuration->sections[i].vm);
		free(configuration->sections[i].guest);
		strings_free(&configuration->sections[i].ignore);
	}
	free(configuration->sections);
	*configuration = (struct configuration){ 0 };
}

const struct gpu_section *configuration_find(const struct configuration *configuration,
					     const struct pci_address *gpu)
{
	for (size_t i = 0; i < configuration->count; i++)
		if (pci_address_compare(&configuration->sections[i].gpu, gpu) == 0)
			return &configuration->sections[i];
	return NULL;
}
