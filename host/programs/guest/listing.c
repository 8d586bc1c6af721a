/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The strict reading of what a guest answers to the command of command.h. */
#include "host/programs/guest/listing.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "host/pci/pci_address.h"
#include "host/programs/guest/nvidia_lines.h"
#include "host/programs/guest/words.h"

#include <errno.h>
#include <string.h>

#define GREETING "gpucheck-guest-1"

enum {
	BARS = 6,
	NAME_LIMIT = 64, /* the kernel's own for modules: MODULE_NAME_LEN */
	LIST_LIMIT = 32, /* DRM devices or modules of a GPU */
};

struct reading {
	json_t *listing;
	json_t *by_address; /* keeps the order in which they came */
	bool greeted, ended, no_sys;
};

/* A null that is there once can be filled once. */
static bool fill(json_t *object, const char *key, json_t *value)
{
	if (json_is_null(json_object_get(object, key)))
		return json_object_set_new(object, key, value) == 0;
	json_decref(value);
	return false;
}

static bool take_system(const struct words *words, struct reading *reading)
{
	return fill(reading->listing, "system", json_string(words->items[1])) &&
	       (words->count == 2 ||
		fill(reading->listing, "kernel", json_string(words->items[2])));
}

static bool take_function(const struct words *words, struct reading *reading)
{
	struct pci_address address;
	json_t *function;

	if (!pci_address_parse(words->items[1], &address) || !word_is_hex(words->items[2], 6) ||
	    !word_is_hex(words->items[3], 4) || !word_is_hex(words->items[4], 4) ||
	    json_object_get(reading->by_address, words->items[1]))
		return false;
	function = json_pack("{s:s, s:s, s:s, s:s, s:n}", "address", words->items[1], "class",
			     words->items[2] + 2, "vendor", words->items[3] + 2, "device",
			     words->items[4] + 2, "driver");
	json_object_set_new(reading->by_address, words->items[1], function);
	return true;
}

static bool take_driver(const struct words *words, struct reading *reading)
{
	json_t *function = json_object_get(reading->by_address, words->items[2]);

	/* A function that came or went between the two loops is none of ours. */
	if (function)
		json_object_set_new(function, "driver", json_string(words->items[1]));
	return true;
}

/* The list at a key of a function that was named before; made when there is none. */
static json_t *list_of(struct reading *reading, const char *address, const char *key)
{
	json_t *function = json_object_get(reading->by_address, address);

	if (function && !json_object_get(function, key))
		json_object_set_new(function, key, json_array());
	return json_object_get(function, key);
}

static bool take_bars(const struct words *words, struct reading *reading)
{
	return list_of(reading, words->items[1], "bars") != NULL;
}

static bool take_bar(const struct words *words, struct reading *reading)
{
	const char *index = words->items[2];
	json_t *bars = list_of(reading, words->items[1], "bars");
	size_t count = json_array_size(bars);
	int number = *index - '0', last = -1;

	if (!bars || number < 0 || number >= BARS || index[1])
		return false;
	if (count)
		last = (int)json_integer_value(
			json_object_get(json_array_get(bars, count - 1), "index"));
	for (size_t i = 3; i < 6; i++)
		if (!word_is_hex(words->items[i], 16))
			return false;
	if (number <= last)
		return false;
	json_array_append_new(bars, json_pack("{s:i, s:s, s:s, s:s}", "index", number, "start",
					      words->items[3] + 2, "end", words->items[4] + 2,
					      "flags", words->items[5] + 2));
	return true;
}

static bool take_drm(const struct words *words, struct reading *reading)
{
	json_t *list = list_of(reading, words->items[1], "drm");

	if (!list || json_array_size(list) == LIST_LIMIT || !word_is_name(words->items[2], 16))
		return false;
	json_array_append_new(list, json_string(words->items[2]));
	return true;
}

static bool take_module(const struct words *words, struct reading *reading)
{
	json_t *list = list_of(reading, words->items[1], "modules");
	bool loaded = !strcmp(words->items[3], "loaded");

	if (!list || json_array_size(list) == LIST_LIMIT ||
	    !word_is_name(words->items[2], NAME_LIMIT) ||
	    (!loaded && strcmp(words->items[3], "absent") != 0))
		return false;
	json_array_append_new(list,
			      json_pack("{s:s, s:b}", "name", words->items[2], "loaded", loaded));
	return true;
}

static bool take_nvidia(const struct words *words, struct reading *reading)
{
	json_t *nvidia = nvidia_module(words);

	return nvidia && fill(reading->listing, "nvidia", nvidia);
}

static bool take_fabric(const struct words *words, struct reading *reading)
{
	bool running = !strcmp(words->items[1], "running");

	return (running || !strcmp(words->items[1], "absent")) &&
	       fill(reading->listing, "fabric_manager", json_boolean(running));
}

static bool take_wait(const struct words *words, struct reading *reading)
{
	(void)words;
	(void)reading;
	return true;
}

static bool take_no_sys(const struct words *words, struct reading *reading)
{
	(void)words;
	return reading->no_sys = true;
}

static bool take_end(const struct words *words, struct reading *reading)
{
	(void)words;
	return reading->ended = true;
}

static const struct {
	const char *word;
	size_t least, most; /* words on its line */
	bool (*take)(const struct words *words, struct reading *reading);
} lines[] = {
	{ "system", 2, 3, take_system }, { "pci", 5, 5, take_function },
	{ "bars", 2, 2, take_bars },     { "bar", 6, 6, take_bar },
	{ "drm", 3, 3, take_drm },       { "module", 4, 4, take_module },
	{ "driver", 3, 3, take_driver }, { "nvidia", 3, 3, take_nvidia },
	{ "fabric", 2, 2, take_fabric }, { "wait", 1, 1, take_wait },
	{ "nosys", 1, 1, take_no_sys },  { "end", 1, 1, take_end },
};

/* What a login shell says before the greeting (banners, profile scripts) is not ours to judge. */
static bool take_line(struct reading *reading, char *line)
{
	struct words words;

	if (!reading->greeted || reading->ended) {
		reading->greeted |= !strcmp(line, GREETING);
		return true;
	}
	if (starts_with(line, "smi "))
		return nvidia_smi_line(line + strlen("smi "), reading->listing);
	if (!words_split(line, &words) || !words.count)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (!strcmp(words.items[0], lines[i].word))
			return words.count >= lines[i].least && words.count <= lines[i].most &&
			       lines[i].take(&words, reading);
	return false;
}

static int judge(const struct reading *reading, struct error *error)
{
	const json_t *system = json_object_get(reading->listing, "system");

	if (!reading->greeted)
		return error_set(error, EINVAL,
				 "the guest did not run our command: it has no "
				 "POSIX shell (Windows?)");
	if (!reading->ended || json_is_null(system))
		return error_set(error, EINVAL, "the guest's answer breaks off");
	if (reading->no_sys)
		return error_set(error, ENODATA, "the guest (%s) shows no PCI bus in sysfs",
				 json_string_value(system));
	return 0;
}

int listing_parse(const char *text, size_t length, json_t **ret, struct error *error)
{
	struct reading reading = {
		.listing = json_pack("{s:n, s:n, s:n, s:n, s:n, s:n}", "system", "kernel",
				     "functions", "nvidia", "nvidia_smi", "fabric_manager"),
		.by_address = json_object(),
	};
	const char *cursor = text, *line, *key;
	size_t line_length;
	json_t *function;
	int r = 0;

	if (strlen(text) != length)
		r = error_set(error, EINVAL, "the guest's answer holds a NUL byte");
	while (r == 0 && next_line(&cursor, &line, &line_length)) {
		_cleanup_free_ char *copy = xstrndup(line, line_length);

		copy[strcspn(copy, "\r")] = '\0';
		if (!take_line(&reading, copy))
			r = error_set(error, EINVAL,
				      "the guest answered a line that our command "
				      "does not print");
	}
	if (r == 0)
		r = judge(&reading, error);
	if (r == 0) {
		json_t *functions = json_array();

		json_object_foreach(reading.by_address, key, function)
			json_array_append(functions, function);
		json_object_set_new(reading.listing, "functions", functions);
	}
	json_decref(reading.by_address);
	*ret = reading.listing;
	return r;
}
