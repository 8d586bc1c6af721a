/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scrubbing a text: what has a form or a name, and the words that are known. */
#include "recording/scrub.h"

#include "base/alloc.h"
#include "base/strings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { SHORTEST_NAME = 2, SHORTEST_SERIAL = 5, SHORTEST_NUMBER = 8 };

struct word {
	char *text, *stand_in; /* stand_in NULL: it stays */
	size_t length;
};

struct scrub {
	struct word *words; /* the longest first */
	size_t word_count;
	struct strings seen[SCRUB_SORTS];
};

const struct scrub_matcher scrub_matchers[] = {
	{ "key material", match_key },
	{ "fingerprint of a key", match_fingerprint },
	{ "user and password in a URL", match_url },
	{ "password of GRUB's", match_password_line },
	{ "home folder", match_home }, /* before names: "user" is one */
	{ "value of a name that says it is a secret, a serial number or a network place",
	  match_assignment },
	{ "disk by its serial number", match_disk },
	{ "name that stays", match_kept },
	/* A host may be called as one of these begins. */
	{ "UUID", match_uuid },
	{ "LVM's id of a volume", match_volume },
	{ "MAC address, world-wide name", match_mac },
	{ "word of this host", match_word },
	{ "id of a file system or partition", match_file_system },
};

const size_t scrub_matcher_count = ARRAY_SIZE(scrub_matchers);

/* Host names that say nothing of a host, and those that are words of the files we read. */
static const char *const common_names[] = {
	"localhost",   "host",      "unknown",   "debian",        "ubuntu",
	"proxmox",     "pve",       "pop-os",    "mint",          "linux",
	"gnu",         "kernel",    "server",    "desktop",       "laptop",
	"workstation", "pc",        "gpu",       "kvm",           "qemu",
	"libvirt",     "pci",       "vfio",      "iommu",         "intel",
	"amd",         "nvidia",    "radeon",    "nouveau",       "amdgpu",
	"root",        "boot",      "grub",      "initrd",        "quiet",
	"splash",      "on",        "off",       "yes",           "no",
	"true",        "false",     "default",   "auto",          "if",
	"set",         "menu",      "menuentry", "options",       "alias",
	"install",     "blacklist", "softdep",   "title",         "version",
	"guest",       "vm",        "test",      "lab",           "domain",
	"user",        "none",      "admin",     "administrator", "memory",
	"cpu",         "device",    "driver",    "section",       "screen",
	"monitor",
};

struct scrub *scrub_new(void)
{
	return xcalloc(1, sizeof(struct scrub));
}

void scrub_free(struct scrub *scrub)
{
	if (!scrub)
		return;
	for (size_t i = 0; i < scrub->word_count; i++) {
		free(scrub->words[i].text);
		free(scrub->words[i].stand_in);
	}
	free(scrub->words);
	for (size_t i = 0; i < SCRUB_SORTS; i++)
		strings_free(&scrub->seen[i]);
	free(scrub);
}

void scrub_drop(struct scrub **scrub)
{
	scrub_free(*scrub);
}

unsigned scrub_number(struct scrub *scrub, enum scrub_sort sort, const char *key)
{
	struct strings *seen = &scrub->seen[sort];

	for (size_t i = 0; i < seen->count; i++)
		if (!strcmp(seen->items[i], key))
			return (unsigned)i + 1;
	strings_add(seen, key);
	return (unsigned)seen->count;
}

unsigned scrub_count(const struct scrub *scrub, enum scrub_sort sort)
{
	return (unsigned)scrub->seen[sort].count;
}

/* The first meaning of a word counts. */
static void add_word(struct scrub *scrub, const char *text, const char *stand_in)
{
	const size_t length = strlen(text);
	size_t at = 0;

	for (size_t i = 0; i < scrub->word_count; i++)
		if (!strcasecmp(scrub->words[i].text, text))
			return;
	scrub->words = xreallocarray(scrub->words, scrub->word_count + 1, sizeof(*scrub->words));
	while (at < scrub->word_count && scrub->words[at].length >= length)
		at++;
	memmove(scrub->words + at + 1, scrub->words + at,
		(scrub->word_count++ - at) * sizeof(*scrub->words));
	scrub->words[at] = (struct word){
		.text = xstrdup(text),
		.stand_in = stand_in ? xstrdup(stand_in) : NULL,
		.length = length,
	};
}

void scrub_word(struct scrub *scrub, const char *word, const char *stand_in)
{
	if (*word)
		add_word(scrub, word, stand_in);
}

void scrub_keep(struct scrub *scrub, const char *name)
{
	if (*name)
		add_word(scrub, name, NULL);
}

static bool is_common(const char *name)
{
	bool letter = false;

	for (size_t i = 0; i < ARRAY_SIZE(common_names); i++)
		if (!strcasecmp(common_names[i], name))
			return true;
	for (const char *at = name; *at; at++)
		letter |= isalpha((unsigned char)*at) != 0;
	return !letter || strlen(name) < SHORTEST_NAME;
}

/* Device mapper doubles a "-", systemd and modules write "_". */
static void add_spellings(struct scrub *scrub, const char *name, const char *stand_in)
{
	_cleanup_free_ char *doubled = NULL, *under = xstrdup(name);
	size_t length;
	FILE *out = xmemstream(&doubled, &length);

	for (const char *at = name; *at; at++)
		fputs(*at == '-' ? "--" : (char[]){ *at, '\0' }, out);
	fclose(out);
	for (char *at = under; *at; at++)
		*at = *at == '-' ? '_' : *at;
	add_word(scrub, name, stand_in);
	add_word(scrub, doubled, stand_in);
	add_word(scrub, under, stand_in);
}

void scrub_name(struct scrub *scrub, const char *name, const char *stand_in)
{
	if (!is_common(name))
		add_spellings(scrub, name, stand_in);
}

bool scrub_host_name(struct scrub *scrub, const char *name)
{
	_cleanup_free_ char *label = xstrndup(name, strcspn(name, "."));
	const char *domain = strchr(name, '.');

	if (domain && domain[1]) {
		add_spellings(scrub, name, "host");
		if (strchr(domain + 1, '.'))
			add_spellings(scrub, domain + 1, "example");
	}
	if (is_common(label))
		return false;
	add_spellings(scrub, label, "host");
	return true;
}

/* What looks like any other number would be replaced all over the files; a USB host's serial number
 * is its PCI address. */
static bool is_serial(const char *text)
{
	const size_t length = strlen(text), digits = strspn(text, "0123456789");

	return length >= SHORTEST_SERIAL && strcspn(text, "0123456789") < length &&
	       (digits < length || length >= SHORTEST_NUMBER) && !strchr(text, ':') &&
	       strspn(text, "0") < length && !starts_with("0123456789", text) &&
	       !starts_with(text, "serial-");
}

void scrub_serial(struct scrub *scrub, const char *serial)
{
	_cleanup_free_ char *stand_in = NULL;

	if (!is_serial(serial))
		return;
	stand_in = xasprintf("serial-%u", scrub_number(scrub, SCRUB_SERIAL, serial));
	add_spellings(scrub, serial, stand_in);
}

struct scrub_place scrub_behind(const struct scrub_place *place, size_t offset)
{
	return (struct scrub_place){
		.text = place->text,
		.at = place->at + offset,
		.length = place->length,
	};
}

bool scrub_begins_with(const struct scrub_place *place, const char *text)
{
	const size_t length = strlen(text);

	return place->length - place->at >= length &&
	       !memcmp(place->text + place->at, text, length);
}

bool scrub_begins_word(const struct scrub_place *place)
{
	return !place->at || !isalnum((unsigned char)place->text[place->at - 1]) ||
	       (place->at >= 4 && !memcmp(place->text + place->at - 4, "\\x2d", 4));
}

static bool is_word(const struct scrub_place *place, const struct word *word)
{
	const char *at = place->text + place->at;

	return place->length - place->at >= word->length &&
	       !strncasecmp(at, word->text, word->length) &&
	       (place->at + word->length == place->length ||
		!isalnum((unsigned char)at[word->length]));
}

/* The longest one that stands there, NULL when none does. */
static const struct word *find_word(const struct scrub *scrub, const struct scrub_place *place)
{
	if (!scrub_begins_word(place))
		return NULL;
	for (size_t i = 0; i < scrub->word_count; i++)
		if (is_word(place, &scrub->words[i]))
			return &scrub->words[i];
	return NULL;
}

size_t match_kept(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	const struct word *word = find_word(scrub, place);

	if (!word || word->stand_in)
		return 0;
	fwrite(place->text + place->at, 1, word->length, out);
	return word->length;
}

size_t match_word(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	const struct word *word = find_word(scrub, place);

	if (!word || !word->stand_in)
		return 0;
	fputs(word->stand_in, out);
	return word->length;
}

static size_t replace(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	size_t taken = 0;

	for (size_t i = 0; !taken && i < scrub_matcher_count; i++)
		taken = scrub_matchers[i].match(scrub, place, out);
	return taken;
}

void scrub_rest(struct scrub *scrub, struct scrub_place place, FILE *out)
{
	while (place.at < place.length) {
		size_t taken = replace(scrub, &place, out);

		place.replaced = taken;
		if (!taken) {
			putc(place.text[place.at], out);
			taken = 1;
		}
		place.at += taken;
	}
}

char *scrub_text(struct scrub *scrub, const char *text, size_t length, size_t *ret_length)
{
	char *result;
	FILE *out = xmemstream(&result, ret_length);

	scrub_rest(scrub, (struct scrub_place){ .text = text, .length = length }, out);
	fclose(out);
	return result;
}

void scrub_learn(struct scrub *scrub, const char *text, size_t length)
{
	struct scrub_place place = { .text = text, .length = length };
	_cleanup_free_ char *ignored = NULL;
	size_t size;
	FILE *out = xmemstream(&ignored, &size);

	for (; place.at < length; place.at++) {
		size_t taken = match_mac(scrub, &place, out);

		if (!taken)
			taken = match_disk(scrub, &place, out);
		if (!taken)
			taken = match_assignment(scrub, &place, out);
		place.at += taken ? taken - 1 : 0;
	}
	fclose(out);
}
