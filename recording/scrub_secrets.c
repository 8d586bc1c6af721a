/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secrets, and what stands behind a name that says what it is. */
#include "recording/scrub.h"

#include "base/alloc.h"
#include "base/strings.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 64, SHORTEST_BASE64 = 40 };

#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

/*
 * Names whose value is replaced; of a dotted name ("rd.luks.key") all of it is compared, in small
 * letters. What a kernel argument tells of the network is a place, and places have names.
 */
static const struct {
	const char *pattern;
	enum scrub_sort sort;
} names[] = {
	{ "*passw*", SCRUB_SECRET },
	{ "*passphrase*", SCRUB_SECRET },
	{ "*secret*", SCRUB_SECRET },
	{ "*credential*", SCRUB_SECRET },
	{ "*token*", SCRUB_SECRET },
	{ "*api[_-]key*", SCRUB_SECRET },
	{ "*private[_-]key*", SCRUB_SECRET },
	{ "psk", SCRUB_SECRET },
	{ "*[_.-]psk", SCRUB_SECRET },
	{ "key", SCRUB_SECRET },
	{ "rd.luks.key", SCRUB_SECRET },
	{ "cryptkey", SCRUB_SECRET },
	{ "superusers", SCRUB_SECRET },
	{ "user", SCRUB_SECRET },
	{ "username", SCRUB_SECRET },
	{ "*iscsi*", SCRUB_SECRET },
	{ "ip", SCRUB_SECRET },
	{ "nfsroot", SCRUB_SECRET },
	{ "nfsaddrs", SCRUB_SECRET },
	{ "netroot", SCRUB_SECRET },
	{ "netconsole", SCRUB_SECRET },
	{ "nameserver", SCRUB_SECRET },
	{ "rd.route", SCRUB_SECRET },
	{ "hostname", SCRUB_SECRET },
	{ "systemd.hostname", SCRUB_SECRET },
	{ "*serial", SCRUB_SERIAL },
	{ "*serialno", SCRUB_SERIAL },
	{ "*serialnumber", SCRUB_SERIAL },
	{ "*serial[_-]number", SCRUB_SERIAL },
	{ "*serial_short", SCRUB_SERIAL },
	{ "*wwid", SCRUB_SERIAL },
	{ "*wwn", SCRUB_SERIAL },
	{ "*asset_tag", SCRUB_SERIAL },
};

/* What stand-ins begin with. None is such a name: what follows it would be taken for a value. */
static const char *const sorts[SCRUB_SORTS] = {
	[SCRUB_SECRET] = "hidden",
	[SCRUB_SERIAL] = "serial",
	[SCRUB_KEY] = "key",
};

static const char *here(const struct scrub_place *place)
{
	return place->text + place->at;
}

static size_t left(const struct scrub_place *place)
{
	return place->length - place->at;
}

/* "ata-Samsung_SSD_860_S4EWNX0R123456Z-part2": the number alone may stand elsewhere too. */
static void know_serial(struct scrub *scrub, const char *name)
{
	_cleanup_free_ char *copy = xstrdup(name);
	char *part = strstr(copy, "-part"), *last;

	if (part)
		*part = '\0';
	last = strrchr(copy, '_');
	scrub_serial(scrub, last ? last + 1 : copy);
}

/* "hidden-3", "key-1": of whichever sort, it may stand where another one was looked for. */
static bool is_stand_in(const char *text)
{
	for (size_t i = 0; i < SCRUB_SORTS; i++) {
		const char *number = sorts[i] && starts_with(text, sorts[i])
					     ? text + strlen(sorts[i])
					     : "";

		if (*number == '-' && number[1] && !number[1 + strspn(number + 1, "0123456789")])
			return true;
	}
	return false;
}

/* What is a stand-in already stays. */
static void write_numbered(struct scrub *scrub, enum scrub_sort sort, const char *text,
			   size_t length, FILE *out)
{
	_cleanup_free_ char *key = xstrndup(text, length);

	if (is_stand_in(key)) {
		fputs(key, out);
		return;
	}
	fprintf(out, "%s-%u", sorts[sort], scrub_number(scrub, sort, key));
	if (sort == SCRUB_SERIAL)
		know_serial(scrub, key);
}

/* From "-----BEGIN" to the end of the "-----END …-----", or of the text. */
static size_t pem_length(const struct scrub_place *place)
{
	static const char end[] = "-----END ", dashes[] = "-----";
	const char *at, *close;

	/* The cheap question first: the other one may look through all of the text. */
	if (!scrub_begins_with(place, "-----BEGIN "))
		return 0;
	at = memmem(here(place), left(place), end, sizeof(end) - 1);
	if (!at)
		return left(place);
	at += sizeof(end) - 1;
	close = memmem(at, (size_t)(place->text + place->length - at), dashes, sizeof(dashes) - 1);
	return close ? (size_t)(close + sizeof(dashes) - 1 - here(place)) : left(place);
}

/* A key that stands in a value, or on a line of which all is secret, is longer than these: all of
 * it, so far behind the place, or one byte. */
static size_t step(const struct scrub_place *place, size_t offset)
{
	const struct scrub_place there = scrub_behind(place, offset);
	size_t key = pem_length(&there);

	return key ? key : 1;
}

/* How much from here, behind that many bytes, is base64; 0 where that is too short for a key. */
static size_t base64_length(const struct scrub_place *place, size_t length)
{
	while (length < left(place) && here(place)[length] && strchr(BASE64, here(place)[length]))
		length++;
	return length >= SHORTEST_BASE64 ? length : 0;
}

/* The base64 of an OpenSSH key begins with the length and the first letters of its kind. */
static size_t ssh_length(const struct scrub_place *place)
{
	if (!scrub_begins_with(place, "AAAA") || !scrub_begins_word(place))
		return 0;
	return base64_length(place, 0);
}

size_t match_key(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	size_t length = pem_length(place);

	if (!length)
		length = ssh_length(place);
	if (length)
		write_numbered(scrub, SCRUB_KEY, here(place), length, out);
	return length;
}

size_t match_fingerprint(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	static const char prefix[] = "SHA256:";
	size_t length = 0;

	if (scrub_begins_with(place, prefix))
		length = base64_length(place, sizeof(prefix) - 1);
	if (!length)
		return 0;
	fputs(prefix, out);
	write_numbered(scrub, SCRUB_KEY, here(place), length, out);
	return length;
}

/* "//user:password@": what stands before the host. */
size_t match_url(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	size_t length = 0;

	if (place->at < 2 || memcmp(here(place) - 2, "//", 2) != 0)
		return 0;
	while (length < left(place) && !isspace((unsigned char)here(place)[length]) &&
	       !strchr("/@'\"<>", here(place)[length]))
		length++;
	if (!length || length == left(place) || here(place)[length] != '@')
		return 0;
	write_numbered(scrub, SCRUB_SECRET, here(place), length, out);
	return length;
}

/* Nothing but blanks stands before it on its line. */
static bool begins_line(const struct scrub_place *place)
{
	size_t at = place->at;

	while (at && (place->text[at - 1] == ' ' || place->text[at - 1] == '\t'))
		at--;
	return !at || place->text[at - 1] == '\n';
}

/* GRUB's "password USER TEXT", "password_pbkdf2 USER HASH"; and a hash wherever it stands. */
size_t match_password_line(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	static const char *const commands[] = { "password_pbkdf2", "password" };
	size_t length = 0, end;

	if (!scrub_begins_word(place))
		return 0;
	if (scrub_begins_with(place, "grub.pbkdf2.")) {
		while (length < left(place) &&
		       (isalnum((unsigned char)here(place)[length]) || here(place)[length] == '.'))
			length++;
		write_numbered(scrub, SCRUB_SECRET, here(place), length, out);
		return length;
	}
	for (size_t i = 0; !length && i < ARRAY_SIZE(commands); i++)
		if (scrub_begins_with(place, commands[i]))
			length = strlen(commands[i]);
	if (!length || length == left(place) || !begins_line(place) ||
	    (here(place)[length] != ' ' && here(place)[length] != '\t'))
		return 0;
	for (end = length; end < left(place) && here(place)[end] != '\n';)
		end += step(place, end);
	fwrite(here(place), 1, length, out);
	putc(' ', out);
	write_numbered(scrub, SCRUB_SECRET, here(place) + length + 1, end - length - 1, out);
	return end;
}

static bool is_name_byte(char byte)
{
	return isalnum((unsigned char)byte) || (byte && strchr("_.-", byte));
}

/* Behind a "-" too: "--key-token=…". */
static bool begins_name(const struct scrub_place *place)
{
	const char *at = here(place);

	return *at != '-' && is_name_byte(*at) &&
	       (!place->at || place->replaced || at[-1] == '-' || !is_name_byte(at[-1]));
}

/* A name that is in the table, as a text of its own. */
static bool find_sort(const char *start, size_t length, enum scrub_sort *ret)
{
	char name[LONGEST_NAME + 1];

	if (!length || length > LONGEST_NAME)
		return false;
	for (size_t i = 0; i < length; i++)
		name[i] = (char)tolower((unsigned char)start[i]);
	name[length] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (fnmatch(names[i].pattern, name, 0) != 0)
			continue;
		*ret = names[i].sort;
		return true;
	}
	return false;
}

/* What stands between a name and its value: ATTRS{serial}=="…", "password": "…", key='…'. Its
 * length, 0 when this is no assignment; *quote is the one that the value ends with. */
static size_t sign_length(const char *at, size_t most, char *quote)
{
	size_t length = strnlen(at, most) ? strspn(at, "}\"'") : 0;
	size_t blanks = strspn(at + length, " \t"), sign = strspn(at + length + blanks, ":+!=");

	if (!sign || length + blanks + sign >= most)
		return 0;
	/* A kernel's "name = value" is none; a file's is. A colon alone needs its blank or quote.
	 */
	length += blanks + sign;
	length += strspn(at + length, " \t");
	*quote = length < most && strchr("'\"", at[length]) && at[length] ? at[length] : '\0';
	return *quote ? length + 1 : length;
}

/* Of the value that begins so far behind the place. */
static size_t value_length(const struct scrub_place *place, size_t begin, char quote)
{
	const char *at = here(place);
	size_t end = begin;

	while (end < left(place) && at[end] != '\n' &&
	       (quote ? at[end] != quote
		      : !isspace((unsigned char)at[end]) && !strchr("'\"<>", at[end])))
		end += step(place, end);
	return end - begin;
}

size_t match_assignment(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	struct scrub_place named = *place;
	const char *start = here(place);
	size_t name = 0, sign, value;
	enum scrub_sort sort;
	char quote;

	if (!begins_name(place))
		return 0;
	while (name < left(place) && name <= LONGEST_NAME && is_name_byte(start[name]))
		name++;
	/* The cheap question first: most words are no assignment. */
	if (name == left(place) || !strchr("=:+!}\"' \t", start[name]) ||
	    !find_sort(start, name, &sort))
		return 0;
	sign = sign_length(start + name, left(place) - name, &quote);
	if (!sign)
		return 0;
	value = value_length(place, name + sign, quote);
	if (!value)
		return 0;
	/* The host's name may be in it, or an id. */
	named.length = place->at + name;
	scrub_rest(scrub, named, out);
	fwrite(start + name, 1, sign, out);
	write_numbered(scrub, sort, start + name + sign, value, out);
	return name + sign + value;
}

/* "/home/alice": behind the slashes. */
size_t match_home(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	static const char home[] = "/home/";
	size_t length = 0;

	(void)scrub;
	if (place->at < sizeof(home) - 1 ||
	    memcmp(here(place) - (sizeof(home) - 1), home, sizeof(home) - 1) != 0)
		return 0;
	while (length < left(place) && is_name_byte(here(place)[length]))
		length++;
	if (length)
		fputs("user", out);
	return length;
}

/* "/dev/disk/by-id/ata-Samsung_SSD_850_S21NX…-part2": the model and the serial number. */
size_t match_disk(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	static const char *const folders[] = { "by-id/", "by-label/", "by-partlabel/",
					       "wwn-0x", "naa.",      "eui." };
	size_t length = 0;
	bool follows = false;

	for (size_t i = 0; !follows && i < ARRAY_SIZE(folders); i++) {
		size_t before = strlen(folders[i]);

		follows = place->at >= before && !memcmp(here(place) - before, folders[i], before);
	}
	while (follows && length < left(place) &&
	       (is_name_byte(here(place)[length]) || strchr("\\:+%", here(place)[length])))
		length++;
	if (!length)
		return 0;
	write_numbered(scrub, SCRUB_SERIAL, here(place), length, out);
	return length;
}
