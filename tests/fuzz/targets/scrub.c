/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What --record takes out of a text: a secret that stands between two texts, whatever they are, is
 * not in the record. Three bytes choose what the host is called, the secret, and what stands around
 * it; then come the text before it, a NUL, and the text behind it.
 */
#include "recording/scrub.h"
#include "base/alloc.h"
#include "base/strings.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <time.h>

enum {
	LEARN = 0x80,     /* of the first byte: the text is known before it is scrubbed */
	TIME = 0xff,      /* as the second byte: no secret, how long it takes */
	MOST = 600,       /* bytes of an input: a longer one says no more, and takes its time */
	MOST_GROWTH = 16, /* what a short one becomes: "//a@", a stand-in */
	UNIT = 32,        /* bytes of a text that is repeated, */
	REPEATED = 4096,  /* up to so many, */
	TIMES = 4,        /* and up to so many times as many: the square takes 16 times as long */
	MOST_TIMES = 8,
	TRIES = 3, /* what else the machine does, it does not do three times */
};

/* Some begin as an id may. */
static const char *const hosts[] = { "tower-9.example.org", "fe", "6f9619ff", "debian" };

#define PEM "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKC\n-----END RSA PRIVATE KEY-----"

/* A secret as it stands in a text, and what must not be left of it, in any letter case. */
static const struct secret {
	const char *text, *rest;
	enum { ANYWHERE, ON_ITS_LINE } place; /* known by what stands before it there */
} secrets[] = {
	{ "52:54:00:9a:bc:de", "9a:bc:de", ANYWHERE },
	{ "FE-54-00-9A-BC-DF", "9A-BC-DF", ANYWHERE },
	{ "50:02:53:8e:40:a1:b2:c3", "40:a1:b2:c3", ANYWHERE },
	{ "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "00cf4fc964ff", ANYWHERE },
	{ "6F9619FF_8B86_D011_B42D_00CF4FC964FF", "00CF4FC964FF", ANYWHERE },
	{ "6f9619ff\\x2d8b86\\x2dd011\\x2db42d\\x2d00cf4fc964ff", "00cf4fc964ff", ANYWHERE },
	{ "6f9619ff8b86d011b42d00cf4fc964ff", "b42d00cf4fc964ff", ANYWHERE },
	{ "6f9619ff:8b86d011:b42d00cf:4fc964ff", "4fc964ff", ANYWHERE },
	{ "0qMuFv-Xs3c-8lGt-9dQe-Yk2P-aB7n-Zr5Wc1", "Yk2P-aB7n", ANYWHERE },
	{ "1A2B-3C4D", "3C4D", ANYWHERE },
	{ "01D5E3F2A0B1C2D3", "A0B1C2D3", ANYWHERE },
	{ "PARTUUID=1234abcd-02", "1234abcd", ANYWHERE },
	{ PEM, "MIIEowIBAAKC", ANYWHERE },
	{ "AAAAC3NzaC1lZDI1NTE5AAAAIKq2mZrM0qQqm7c2f0Jm1b9V5cQ", "Kq2mZrM0qQqm7c2f0Jm1b9V5cQ",
	  ANYWHERE },
	{ "SHA256:Q0m1dV3u0y4cGqkM2v7m2q4Yd8m7q1b0o6N3Tq5C2uE", "q1b0o6N3Tq5C2uE", ANYWHERE },
	{ "grub.pbkdf2.sha512.10000.9B2F.77AC01", "77AC01", ANYWHERE },
	{ "https://alice:hunter2@vm7/", "hunter2", ANYWHERE },
	{ "/home/alice/.ssh", "alice", ANYWHERE },
	{ "/dev/disk/by-id/ata-SSD_860_S4EWNX0R123456Z-part2", "S4EWNX0R123456Z", ANYWHERE },
	{ "PF3XK7QZ", "PF3XK7QZ", ANYWHERE },
	{ "Tower-9", "tower-9", ANYWHERE },
	{ "tower-9.example.org", "example.org", ANYWHERE },
	{ "ATTRS{serial}==\"XK9S4T7\", MODE=\"0\"", "XK9S4T7", ON_ITS_LINE },
	{ "  \"password\": \"open sesame\"", "sesame", ON_ITS_LINE },
	{ "rd.luks.key=/k/xk9s4t7:UUID=1", "xk9s4t7", ON_ITS_LINE },
	{ "  password_pbkdf2 root xk9s4t7 7z", "xk9s4t7", ON_ITS_LINE },
	{ "private_key='" PEM "'", "MIIEowIBAAKC", ON_ITS_LINE },
	{ "key: " PEM, "MIIEowIBAAKC", ON_ITS_LINE },
};

/* What ends a word, and is no part of an id. */
static const char around[] = "\n \"'=,(";

static bool has(const char *text, size_t length, const char *part)
{
	const size_t size = strlen(part);

	for (size_t i = 0; i + size <= length; i++)
		if (!strncasecmp(text + i, part, size))
			return true;
	return false;
}

static struct scrub *know(uint8_t choice)
{
	struct scrub *scrub = scrub_new();

	scrub_host_name(scrub, hosts[choice % ARRAY_SIZE(hosts)]);
	scrub_serial(scrub, "PF3XK7QZ");
	scrub_keep(scrub, "tower-9-vm");
	return scrub;
}

/* A record of the record is the same, where nothing is known of the host any more. */
static void promise_the_same(const char *clean, size_t length)
{
	_cleanup_scrub_ struct scrub *scrub = scrub_new();
	size_t again_length;
	_cleanup_free_ char *again = scrub_text(scrub, clean, length, &again_length);

	PROMISE(again_length == length && !memcmp(again, clean, length));
}

static void check_secret(uint8_t choice, const struct secret *secret, char beside,
			 struct input *input)
{
	_cleanup_scrub_ struct scrub *scrub = know(choice);
	size_t length, before_length, behind_length, clean_length;
	_cleanup_free_ char *before = input_text(input),
			    *behind = input_rest(input, &behind_length);
	_cleanup_free_ char *text = NULL, *clean = NULL;
	const bool of_host = starts_with(secret->text, "Tower") ||
			     starts_with(secret->text, "tower");
	FILE *out = xmemstream(&text, &length);

	before_length = strlen(before);
	fprintf(out, "%s%c%s%c", before, beside, secret->text, beside);
	fwrite(behind, 1, behind_length, out);
	fclose(out);
	if (choice & LEARN)
		scrub_learn(scrub, text, length);
	clean = scrub_text(scrub, text, length, &clean_length);
	PROMISE(clean_length <= MOST_GROWTH * length);
	promise_the_same(clean, clean_length);
	/* Where it stands in another place too, that may be one where it is no secret. */
	if (has(before, before_length, secret->rest) || has(behind, behind_length, secret->rest) ||
	    (of_host && choice % ARRAY_SIZE(hosts)))
		return;
	PROMISE(!has(clean, clean_length, secret->rest));
}

static double seconds_for(uint8_t choice, const struct input *input, size_t length)
{
	_cleanup_scrub_ struct scrub *scrub = know(choice);
	const size_t unit = input->left < UNIT ? input->left : UNIT;
	_cleanup_free_ char *text = xcalloc(length + 1, 1), *clean = NULL;
	const clock_t begin = clock();
	size_t clean_length;

	for (size_t i = 0; unit && i < length; i++)
		text[i] = (char)input->at[i % unit];
	clean = scrub_text(scrub, text, length, &clean_length);
	return (double)(clock() - begin) / CLOCKS_PER_SEC;
}

/* The time grows with a text's length, and not with the square of it. */
static void check_time(uint8_t choice, const struct input *input)
{
	const double noise = 0.02;
	bool grows_slowly = false;

	for (int i = 0; !grows_slowly && i < TRIES; i++) {
		double once = seconds_for(choice, input, REPEATED);
		double more = seconds_for(choice, input, TIMES * REPEATED);

		grows_slowly = more < MOST_TIMES * once + noise;
	}
	PROMISE(grows_slowly);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size < MOST ? size : MOST };
	const uint8_t host = input_byte(&input), choice = input_byte(&input);
	const char beside = around[input_byte(&input) % (sizeof(around) - 1)];
	const struct secret *secret = &secrets[choice % ARRAY_SIZE(secrets)];

	if (choice == TIME)
		check_time(host, &input);
	else
		check_secret(host, secret, secret->place == ON_ITS_LINE ? '\n' : beside, &input);
	return 0;
}
