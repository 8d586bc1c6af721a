/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one command that a guest is asked to run, and the strict reading of what it answers. */
#include "host/programs/guest/listing.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "host/pci/pci_address.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GREETING "gpucheck-guest-1"

/* No quote inside the outer ones, no fork for a device: a guest may have thousands. */
const char listing_command[] =
	"exec sh -c 'echo " GREETING "; echo system $(uname -s); "
	"cd /sys/bus/pci/devices 2>/dev/null || { echo nosys; echo end; exit 0; }; "
	"for d in *; do [ -r $d/class ] || continue; "
	"read c <$d/class; read v <$d/vendor; read i <$d/device; echo pci $d $c $v $i; done; "
	"cd ../drivers 2>/dev/null && for l in */*:*:*.*; do [ -e $l ] || continue; "
	"echo driver ${l%/*} ${l#*/}; done; echo end'";

struct words {
	char *items[6];
	size_t count;
};

/* Blank-separated words of a line of printable ASCII; more words than a line of ours has are bad.
 */
static bool split(char *line, struct words *words)
{
	char *rest = NULL;

	words->count = 0;
	for (const char *at = line; *at; at++)
		if (!isprint((unsigned char)*at) || !isascii((unsigned char)*at))
			return false;
	for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (words->count == ARRAY_SIZE(words->items))
			return false;
		words->items[words->count++] = word;
	}
	return true;
}

/* "0x" and exactly so many hexadecimal digits. */
static bool is_hex(const char *word, size_t digits)
{
	return starts_with(word, "0x") && strlen(word) == digits + 2 &&
	       strspn(word + 2, "0123456789abcdef") == digits;
}

static bool add_function(const struct words *words, json_t *functions)
{
	struct pci_address address;
	json_t *function;

	if (words->count != 5 || !pci_address_parse(words->items[1], &address) ||
	    !is_hex(words->items[2], 6) || !is_hex(words->items[3], 4) ||
	    !is_hex(words->items[4], 4))
		return false;
	function = json_pack("{s:s, s:s, s:s, s:s, s:n}", "address", words->items[1], "class",
			     words->items[2] + 2, "vendor", words->items[3] + 2, "device",
			     words->items[4] + 2, "driver");
	json_object_set_new(functions, words->items[1], function);
	return true;
}

static bool set_driver(const struct words *words, const json_t *functions)
{
	json_t *function;

	if (words->count != 3)
		return false;
	function = json_object_get(functions, words->items[2]);
	/* A function that came or went between the two loops is none of ours. */
	if (function)
		json_object_set_new(function, "driver", json_string(words->items[1]));
	return true;
}

struct reading {
	char *system;
	json_t *by_address; /* keeps the order in which they came */
	bool greeted, ended, no_sys;
};

/* What a login shell says before the greeting (banners, profile scripts) is not ours to judge. */
static bool take_line(struct reading *reading, char *line)
{
	struct words words;

	if (!reading->greeted || reading->ended) {
		reading->greeted |= !strcmp(line, GREETING);
		return true;
	}
	if (!split(line, &words) || !words.count)
		return false;
	if (!strcmp(words.items[0], "system") && words.count == 2 && !reading->system) {
		reading->system = xstrdup(words.items[1]);
		return true;
	}
	if (!strcmp(words.items[0], "pci"))
		return add_function(&words, reading->by_address);
	if (!strcmp(words.items[0], "driver"))
		return set_driver(&words, reading->by_address);
	if (words.count != 1)
		return false;
	if (!strcmp(words.items[0], "nosys"))
		reading->no_sys = true;
	else if (!strcmp(words.items[0], "end"))
		reading->ended = true;
	else
		return false;
	return true;
}

static int judge(const struct reading *reading, struct error *error)
{
	if (!reading->greeted)
		return error_set(error, EINVAL,
				 "the guest did not run our command: it has no "
				 "POSIX shell (Windows?)");
	if (!reading->ended || !reading->system)
		return error_set(error, EINVAL, "the guest's answer breaks off");
	if (reading->no_sys)
		return error_set(error, ENODATA, "the guest (%s) shows no PCI bus in sysfs",
				 reading->system);
	return 0;
}

int listing_parse(const char *text, size_t length, char **system, json_t **functions,
		  struct error *error)
{
	struct reading reading = { .by_address = json_object() };
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
	*system = reading.system;
	if (r == 0) {
		*functions = json_array();
		json_object_foreach(reading.by_address, key, function)
			json_array_append(*functions, function);
	}
	json_decref(reading.by_address);
	return r;
}
