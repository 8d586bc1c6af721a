/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpio archives of the "newc" and "crc" kind. */
#include "host/programs/initramfs/cpio.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* The header: six bytes of magic, then these numbers, each of eight hexadecimal digits. */
enum number {
	INODE,
	MODE,
	USER,
	GROUP,
	LINKS,
	TIME,
	SIZE,
	MAJOR,
	MINOR,
	DEVICE_MAJOR,
	DEVICE_MINOR,
	NAME_SIZE, /* with its NUL */
	CHECKSUM,
	NUMBERS,
};
enum { MAGIC = 6, DIGITS = 8, HEADER = MAGIC + NUMBERS * DIGITS };

static bool read_number(const char *digits, uint32_t *ret)
{
	uint32_t value = 0;

	for (size_t i = 0; i < DIGITS; i++) {
		char digit = digits[i];

		if (digit >= '0' && digit <= '9')
			value = value << 4 | (uint32_t)(digit - '0');
		else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
			value = value << 4 | (uint32_t)((digit | 0x20) - 'a' + 10);
		else
			return false;
	}
	*ret = value;
	return true;
}

static int read_header(struct stream *stream, struct cpio_entry *entry, uint32_t *ret_name_size,
		       struct error *error)
{
	uint32_t numbers[NUMBERS];
	unsigned long long start = stream->position;
	char header[HEADER];
	int r = stream_read(stream, header, sizeof(header), error);

	if (r < 0)
		return r;
	if (memcmp(header, "070701", MAGIC) && memcmp(header, "070702", MAGIC))
		return error_set(error, EINVAL, "no cpio header (newc) at byte %llu", start);
	for (size_t i = 0; i < NUMBERS; i++)
		if (!read_number(header + MAGIC + i * DIGITS, &numbers[i]))
			return error_set(error, EINVAL, "a broken cpio header at byte %llu", start);
	entry->mode = numbers[MODE];
	entry->links = numbers[LINKS];
	entry->size = numbers[SIZE];
	entry->major = numbers[MAJOR];
	entry->minor = numbers[MINOR];
	entry->inode = numbers[INODE];
	*ret_name_size = numbers[NAME_SIZE];
	return 0;
}

/* Bytes up to the next multiple of four. */
static uint64_t padding(uint64_t length)
{
	return -length & 3;
}

/* What the kernel passes over, since it is no path: an empty name stands for it. */
static int read_name(struct stream *stream, uint32_t size, char ret[PATH_MAX], struct error *error)
{
	int r;

	ret[0] = '\0';
	if (size == 0 || size > PATH_MAX)
		return stream_skip(stream, size, error);
	r = stream_read(stream, ret, size, error);
	if (r == 0 && ret[size - 1])
		return error_set(error, EINVAL, "a cpio name without its end before byte %llu",
				 (unsigned long long)stream->position);
	return r;
}

static int read_data(struct stream *stream, const struct cpio_entry *entry,
		     struct contents *contents, struct error *error)
{
	char data[CONTENTS_TEXT];
	int r = contents_add(contents, entry, error);

	if (r <= 0)
		return r < 0 ? r : stream_skip(stream, entry->size, error);
	r = stream_read(stream, data, entry->size, error);
	return r < 0 ? r : contents_add_data(contents, data, entry->size, error);
}

int cpio_read(struct stream *stream, struct contents *contents, struct error *error)
{
	char name[PATH_MAX];

	for (;;) {
		struct cpio_entry entry = { .name = name };
		uint32_t name_size = 0;
		int r = read_header(stream, &entry, &name_size, error);

		if (r == 0)
			r = read_name(stream, name_size, name, error);
		if (r < 0)
			return r;
		/* Zeros that may follow are the caller's. */
		if (!strcmp(name, "TRAILER!!!")) {
			contents_end_archive(contents);
			return 0;
		}
		r = stream_skip(stream, padding(HEADER + (uint64_t)name_size), error);
		if (r == 0)
			r = read_data(stream, &entry, contents, error);
		if (r == 0)
			r = stream_skip(stream, padding(entry.size), error);
		if (r < 0)
			return r;
	}
}
