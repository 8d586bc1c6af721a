/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking out of a text what tells one machine and its owner from another: serial numbers, MAC
 * addresses, UUIDs, host names, keys and passwords. Everything is replaced by a stand-in, the same
 * one throughout a record, so that what was equal stays equal and what differed still differs; a
 * stand-in itself is left as it is, so that a record of a record is the same. No file is read here.
 */
#ifndef GPUCHECK_RECORDING_SCRUB_H
#define GPUCHECK_RECORDING_SCRUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Sorts of stand-ins; each counts for itself. */
enum scrub_sort {
	SCRUB_UUID,
	SCRUB_FILE_SYSTEM, /* shorter ids of file systems and partitions */
	SCRUB_MAC,
	SCRUB_SERIAL,
	SCRUB_SECRET,
	SCRUB_KEY,
	SCRUB_SORTS,
};

struct scrub;

struct scrub *scrub_new(void);
void scrub_free(struct scrub *scrub);
#define _cleanup_scrub_ _cleanup_(scrub_drop)
void scrub_drop(struct scrub **scrub);

/*
 * What this host is called, with or without its domain. Wherever it stands as a word it becomes
 * "host", in any letter case. A name that every other host might have ("debian", "linux") tells
 * nothing and stays; false for such a one.
 */
bool scrub_host_name(struct scrub *scrub, const char *name);

/* A name that stays, even where a host's name or an id is in it: a virtual machine's. */
void scrub_keep(struct scrub *scrub, const char *name);

/* A serial number of this host: replaced wherever it stands as a word. Too short or too common a
 * one ("Default string") is passed over. */
void scrub_serial(struct scrub *scrub, const char *serial);

/* A name of somebody or something else, where it is no common one. */
void scrub_name(struct scrub *scrub, const char *name, const char *stand_in);

/* Any word of this host, and what stands for it. */
void scrub_word(struct scrub *scrub, const char *word, const char *stand_in);

/* Know the MAC addresses and serial numbers of a text before it is scrubbed, so that they are found
 * in every spelling, and in files that come before it. */
void scrub_learn(struct scrub *scrub, const char *text, size_t length);

/* The text without all that; the caller frees it. */
char *scrub_text(struct scrub *scrub, const char *text, size_t length, size_t *ret_length);

/* The number of a thing among those of its sort, the same for the same key. */
unsigned scrub_number(struct scrub *scrub, enum scrub_sort sort, const char *key);

/* How many different ones of a sort were replaced so far. */
unsigned scrub_count(const struct scrub *scrub, enum scrub_sort sort);

/* Where a matcher looks: it may look behind it, at text[at - 1], too. */
struct scrub_place {
	const char *text;
	size_t at, length;
	bool replaced; /* what stands before it: it is another word now */
};

/* So many bytes behind it. */
struct scrub_place scrub_behind(const struct scrub_place *place, size_t offset);

/* Whether a text stands there. */
bool scrub_begins_with(const struct scrub_place *place, const char *text);

/* Whether no letter or digit stands before it; systemd's "\x2d" is a "-". */
bool scrub_begins_word(const struct scrub_place *place);

/* Scrub all that is left from there on. */
void scrub_rest(struct scrub *scrub, struct scrub_place place, FILE *out);

/*
 * One thing that is looked for. It returns how many bytes at the place it takes, 0 when they are
 * not its thing, and writes what stands for them.
 */
struct scrub_matcher {
	const char *what;
	size_t (*match)(struct scrub *scrub, const struct scrub_place *place, FILE *out);
};

/* In the order in which they are tried. */
extern const struct scrub_matcher scrub_matchers[];
extern const size_t scrub_matcher_count;

/* The matchers themselves, a file a kind. */
size_t match_key(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_fingerprint(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_url(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_password_line(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_assignment(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_home(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_disk(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_kept(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_word(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_uuid(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_volume(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_file_system(struct scrub *scrub, const struct scrub_place *place, FILE *out);
size_t match_mac(struct scrub *scrub, const struct scrub_place *place, FILE *out);

#endif
