/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ids that have a form of their own: UUIDs, volumes, file systems, MAC addresses. */
#include "recording/scrub.h"

#include "base/alloc.h"
#include "base/strings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { UUID_DIGITS = 32, PAIRS = 6, MOST_PAIRS = 32 };

/* What a stand-in begins with; the number follows in hexadecimal. */
#define UUID_STAND_IN "00000000000040008000"
#define MAC_STAND_IN  "02000000"

/* The same on every machine: the name space of the boot loader's variables. */
static const char *const public_uuids[] = { "4a67b0820a4c41cfb6c7440b29bb8c4f" };

static char byte_at(const struct scrub_place *place, size_t offset)
{
	return place->at + offset < place->length ? place->text[place->at + offset] : '\0';
}

static bool is_hex(char byte)
{
	return isxdigit((unsigned char)byte) != 0;
}

/* How many digits (of any kind isalnum knows, or hexadecimal) stand here. */
static size_t run_of(const struct scrub_place *place, size_t offset, bool hex)
{
	size_t length = 0;

	while (hex ? is_hex(byte_at(place, offset + length))
		   : isalnum((unsigned char)byte_at(place, offset + length)) != 0)
		length++;
	return length;
}

/*
 * Groups of so many digits with one separator between them, and no further digit behind. Their
 * length in the text, 0 when they are not here; digits gets them without separators.
 */
static size_t match_groups(const struct scrub_place *place, const size_t *groups, size_t count,
			   const char *separator, bool hex, char *digits)
{
	size_t offset = 0;

	for (size_t i = 0; i < count; i++) {
		const struct scrub_place here = scrub_behind(place, offset);

		if (i) {
			if (!scrub_begins_with(&here, separator))
				return 0;
			offset += strlen(separator);
		}
		if (run_of(place, offset, hex) < groups[i] ||
		    (i + 1 == count && isalnum((unsigned char)byte_at(place, offset + groups[i]))))
			return 0;
		memcpy(digits, place->text + place->at + offset, groups[i]);
		digits += groups[i];
		offset += groups[i];
	}
	*digits = '\0';
	return offset;
}

/* The text with its digits replaced in turn, its separators kept. */
static void write_alike(const struct scrub_place *place, size_t length, const char *digits,
			bool hex, FILE *out)
{
	for (size_t i = 0; i < length; i++) {
		char byte = byte_at(place, i);

		/* "\x2d" is systemd's "-". */
		if (byte == '\\' && i + 4 <= length) {
			fwrite(place->text + place->at + i, 1, 4, out);
			i += 3;
		} else if (hex ? is_hex(byte) : isalnum((unsigned char)byte) != 0) {
			putc(*digits++, out);
		} else {
			putc(byte, out);
		}
	}
}

static void to_lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

static bool stays(const char *digits)
{
	for (size_t i = 0; i < ARRAY_SIZE(public_uuids); i++)
		if (!strcmp(digits, public_uuids[i]))
			return true;
	return starts_with(digits, UUID_STAND_IN) || strspn(digits, "0") == strlen(digits);
}

/* With "-", "_" or systemd's "\x2d", in mdadm's four groups, or without a separator. */
size_t match_uuid(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	static const size_t five[] = { 8, 4, 4, 4, 12 }, four[] = { 8, 8, 8, 8 }, one[] = { 32 };
	static const struct {
		const size_t *groups;
		size_t count;
		const char *separator;
	} forms[] = {
		{ five, 5, "-" }, { five, 5, "_" }, { five, 5, "\\x2d" },
		{ four, 4, ":" }, { one, 1, "" },
	};
	_cleanup_free_ char *stand_in = NULL;
	char digits[UUID_DIGITS + 1];
	size_t length = 0;

	if (!is_hex(byte_at(place, 0)) || !scrub_begins_word(place))
		return 0;
	for (size_t i = 0; !length && i < ARRAY_SIZE(forms); i++)
		length = match_groups(place, forms[i].groups, forms[i].count, forms[i].separator,
				      true, digits);
	if (!length)
		return 0;
	to_lower(digits);
	if (stays(digits))
		stand_in = xstrdup(digits);
	else
		stand_in = xasprintf(UUID_STAND_IN "%012x",
				     scrub_number(scrub, SCRUB_UUID, digits));
	write_alike(place, length, stand_in, true, out);
	return length;
}

/* "0qMuFv-Xs3c-8lGt-…": LVM's own ids of volumes and groups. */
size_t match_volume(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	static const size_t groups[] = { 6, 4, 4, 4, 4, 4, 6 };
	_cleanup_free_ char *stand_in = NULL;
	char digits[UUID_DIGITS + 1];
	size_t length;

	if (!scrub_begins_word(place))
		return 0;
	length = match_groups(place, groups, ARRAY_SIZE(groups), "-", false, digits);
	if (!length)
		return 0;
	if (starts_with(digits, "lvm0000"))
		stand_in = xstrdup(digits);
	else
		stand_in = xasprintf("lvm%029u", scrub_number(scrub, SCRUB_FILE_SYSTEM, digits));
	write_alike(place, length, stand_in, false, out);
	return length;
}

static bool has_lower(const char *digits)
{
	for (; *digits; digits++)
		if (islower((unsigned char)*digits))
			return true;
	return false;
}

/* "UUID=" or "PARTUUID=" ends here. */
static bool follows_uuid(const struct scrub_place *place)
{
	static const char mark[] = "UUID=";
	const size_t length = sizeof(mark) - 1;

	return place->at >= length && !strncasecmp(place->text + place->at - length, mark, length);
}

/*
 * FAT's "1A2B-3C4D" and NTFS's "01D5E3F2A0B1C2D3", in capitals as blkid writes them; the partition
 * of a disk with a DOS label, "1234abcd-02", behind PARTUUID= alone.
 */
size_t match_file_system(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	static const size_t fat[] = { 4, 4 }, ntfs[] = { 16 }, partition[] = { 8, 2 };
	_cleanup_free_ char *stand_in = NULL;
	char digits[UUID_DIGITS + 1];
	size_t length;

	if (!is_hex(byte_at(place, 0)) || !scrub_begins_word(place))
		return 0;
	length = match_groups(place, fat, 2, "-", true, digits);
	if (!length)
		length = match_groups(place, ntfs, 1, "", true, digits);
	if (length && has_lower(digits))
		return 0;
	if (!length && follows_uuid(place))
		length = match_groups(place, partition, 2, "-", true, digits);
	/* A line of libvirt's log begins "2026-11-22 …". */
	if (!length || byte_at(place, length) == '-')
		return 0;
	if (starts_with(digits, "0000"))
		stand_in = xstrdup(digits);
	else
		stand_in = xasprintf("%0*X", (int)strlen(digits),
				     scrub_number(scrub, SCRUB_FILE_SYSTEM, digits));
	write_alike(place, length, stand_in, true, out);
	return length;
}

/* The same address without separators, as GRUB's and PXE's files and IPv6 addresses have it. */
static void know_spellings(struct scrub *scrub, const char *mac, const char *stand_in)
{
	_cleanup_free_ char *dots = xasprintf("%.4s.%.4s.%.4s", mac, mac + 4, mac + 8);
	_cleanup_free_ char *dots_for = xasprintf("%.4s.%.4s.%.4s", stand_in, stand_in + 4,
						  stand_in + 8);
	const unsigned long long number = strtoull(mac, NULL, 16);
	/* RFC 4291, appendix A: ff:fe in the middle, the second lowest bit of the first byte turned
	 * over; each group without its leading zeros. */
	_cleanup_free_ char *interface = xasprintf("%llx:%llx:%llx:%llx", number >> 32 ^ 0x200,
						   (number >> 16 & 0xff00) | 0xff,
						   (number >> 16 & 0xff) | 0xfe00, number & 0xffff);
	_cleanup_free_ char *interface_for = xasprintf("0:ff:fe00:%.4s", stand_in + 8);

	scrub_word(scrub, mac, stand_in);
	scrub_word(scrub, dots, dots_for);
	scrub_word(scrub, interface, interface_for);
}

static void write_mac(struct scrub *scrub, const struct scrub_place *place, size_t length,
		      const char *digits, FILE *out)
{
	_cleanup_free_ char *stand_in = NULL;

	if (starts_with(digits, MAC_STAND_IN) || strspn(digits, "0") == strlen(digits) ||
	    strspn(digits, "f") == strlen(digits)) {
		stand_in = xstrdup(digits);
	} else {
		stand_in = xasprintf(MAC_STAND_IN "%04x",
				     scrub_number(scrub, SCRUB_MAC, digits) & 0xffff);
		know_spellings(scrub, digits, stand_in);
	}
	write_alike(place, length, stand_in, true, out);
}

/*
 * Six pairs of digits with ":" or "-" between them; PXE's BOOTIF= has a seventh, 01, before them.
 * More pairs are a world-wide name or the address of another network.
 */
size_t match_mac(struct scrub *scrub, const struct scrub_place *place, FILE *out)
{
	char digits[2 * MOST_PAIRS + 1], separator = byte_at(place, 2);
	size_t pairs = 0, length = 0;
	_cleanup_free_ char *stand_in = NULL;

	if (!is_hex(byte_at(place, 0)) || (separator != ':' && separator != '-') ||
	    !scrub_begins_word(place) || (place->at && place->text[place->at - 1] == separator))
		return 0;
	while (pairs < MOST_PAIRS && run_of(place, length, true) == 2) {
		memcpy(digits + 2 * pairs++, place->text + place->at + length, 2);
		length += 2;
		if (byte_at(place, length) != separator)
			break;
		length++;
	}
	if (pairs < PAIRS || isalnum((unsigned char)byte_at(place, length)))
		return 0;
	if (!is_hex(place->text[place->at + length - 1]))
		length--;
	digits[2 * pairs] = '\0';
	to_lower(digits);
	if (pairs == PAIRS) {
		write_mac(scrub, place, length, digits, out);
	} else if (pairs == PAIRS + 1 && starts_with(digits, "01")) {
		const struct scrub_place address = scrub_behind(place, 3);

		fwrite(place->text + place->at, 1, 3, out);
		write_mac(scrub, &address, length - 3, digits + 2, out);
	} else {
		if (starts_with(digits, "0000000000"))
			stand_in = xstrdup(digits);
		else
			stand_in = xasprintf("%0*x", (int)(2 * pairs),
					     scrub_number(scrub, SCRUB_SERIAL, digits));
		write_alike(place, length, stand_in, true, out);
	}
	return length;
}
