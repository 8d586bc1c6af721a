/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is compressed in an image, read by libarchive. */
#include "host/programs/initramfs/packed.h"

#include "base/alloc.h"

#include <archive.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_LIMIT UINT64_MAX

/* Linux: lib/decompress.c; of lz4 it reads only the legacy frame, which "lz4 -l" writes. */
static const struct compression compressions[] = {
	{ "gzip", "\x1f\x8b", 2, ARCHIVE_FILTER_GZIP, false },
	{ "bzip2", "BZh", 3, ARCHIVE_FILTER_BZIP2, false },
	{ "lzma", "\x5d\0\0", 3, ARCHIVE_FILTER_LZMA, false },
	{ "xz", "\xfd\x37zXZ\0", 6, ARCHIVE_FILTER_XZ, false },
	{ "lz4", "\x02\x21\x4c\x18", 4, ARCHIVE_FILTER_LZ4, true },
	{ "zstd", "\x28\xb5\x2f\xfd", 4, ARCHIVE_FILTER_ZSTD, true },
};

struct packed {
	struct stream stream;
	const struct compression *compression;
	int descriptor;
	uint64_t start, next; /* offsets in the file: of the first byte, of the next to be read */
	uint64_t limit;       /* bytes from start that are given to libarchive */
	uint64_t again;       /* bytes that were given before and are not to be given again */
	bool begun;           /* something was decompressed */
	int read_error;       /* errno of the file, 0 when it can be read */
	struct archive *archive;
	struct error trouble; /* why it was begun a second time */
	unsigned char buffer[1 << 18];
};

const struct compression *compression_of(const unsigned char magic[PACKED_MAGIC])
{
	for (size_t i = 0; i < ARRAY_SIZE(compressions); i++)
		if (!memcmp(magic, compressions[i].magic, compressions[i].length))
			return &compressions[i];
	return NULL;
}

static la_ssize_t read_file(struct archive *archive, void *data, const void **ret)
{
	struct packed *packed = data;
	uint64_t left = packed->limit - (packed->next - packed->start);
	size_t most = left < sizeof(packed->buffer) ? (size_t)left : sizeof(packed->buffer);
	ssize_t got;

	do
		got = pread(packed->descriptor, packed->buffer, most, (off_t)packed->next);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		packed->read_error = errno;
		archive_set_error(archive, errno, "%s", strerror(errno));
		return ARCHIVE_FATAL;
	}
	packed->next += (size_t)got;
	*ret = packed->buffer;
	return got;
}

/*
 * The one decompressor that the magic names, and no other: libarchive's own choice would unpack
 * what is packed many times over, and starts programs for what it cannot unpack (ARCHIVE_WARN).
 */
static int begin(struct packed *packed)
{
	struct archive_entry *entry;
	int r;

	packed->archive = archive_read_new();
	if (!packed->archive)
		return ARCHIVE_FATAL;
	packed->next = packed->start;
	r = archive_read_support_format_raw(packed->archive);
	if (r == ARCHIVE_OK)
		r = archive_read_append_filter(packed->archive, packed->compression->filter);
	if (r == ARCHIVE_OK)
		r = archive_read_open(packed->archive, packed, NULL, read_file, NULL);
	if (r == ARCHIVE_OK)
		r = archive_read_next_header(packed->archive, &entry);
	return r;
}

/* Bytes of the file that the decompressor has used. */
static uint64_t used_bytes(const struct packed *packed)
{
	return packed->archive ? (uint64_t)archive_filter_bytes(packed->archive, -1) : 0;
}

/* Of what fails at once libarchive only says that it is no format that it knows. */
static int tell_trouble(const struct packed *packed, struct error *error)
{
	const char *why = packed->begun ? archive_error_string(packed->archive) : NULL;

	if (packed->read_error)
		return error_set_errno(error, packed->read_error, "reading it");
	return error_set(error, EINVAL, "cut off or damaged%s%s", why ? ": " : "", why ? why : "");
}

/*
 * Where something else follows (zeros, another compression), the zstd and lz4 decompressors take it
 * for their own, fail, and keep back what they had not given yet: once more, only up to there.
 */
static int begin_again(struct packed *packed, struct error *error)
{
	if (packed->limit != NO_LIMIT)
		return error_set(error, packed->trouble.code, "%s", packed->trouble.text);
	if (!packed->compression->greedy)
		return tell_trouble(packed, error);
	tell_trouble(packed, &packed->trouble);
	packed->limit = used_bytes(packed);
	packed->again = packed->stream.position;
	archive_read_free(packed->archive);
	packed->archive = NULL;
	return 0;
}

static int fill(struct stream *stream, struct error *error)
{
	struct packed *packed = (struct packed *)stream;

	for (;;) {
		const void *block = NULL;
		la_int64_t offset;
		size_t size = 0;
		int r = packed->archive ? ARCHIVE_OK : begin(packed);

		if (r == ARCHIVE_OK)
			r = archive_read_data_block(packed->archive, &block, &size, &offset);
		if (r == ARCHIVE_EOF)
			return 0;
		if (r != ARCHIVE_OK) {
			r = begin_again(packed, error);
			if (r < 0)
				return r;
			continue;
		}
		packed->begun = true;
		if (size <= packed->again) {
			packed->again -= size;
			continue;
		}
		stream->at = (const unsigned char *)block + packed->again;
		stream->left = size - (size_t)packed->again;
		packed->again = 0;
		return 1;
	}
}

struct packed *packed_new(int descriptor, uint64_t offset, const struct compression *compression)
{
	struct packed *packed = xcalloc(1, sizeof(*packed));

	packed->stream.fill = fill;
	packed->compression = compression;
	packed->descriptor = descriptor;
	packed->start = offset;
	packed->limit = NO_LIMIT;
	return packed;
}

void packed_free(struct packed *packed)
{
	if (!packed)
		return;
	archive_read_free(packed->archive);
	free(packed);
}

struct stream *packed_stream(struct packed *packed)
{
	return &packed->stream;
}

uint64_t packed_end(const struct packed *packed)
{
	uint64_t end = packed->start + used_bytes(packed);
	struct stat status;

	/* lz4's decompressor has read four bytes of what follows when it says that it has ended. */
	if (packed->compression->filter == ARCHIVE_FILTER_LZ4 && packed->limit == NO_LIMIT &&
	    fstat(packed->descriptor, &status) == 0 && (uint64_t)status.st_size >= end + 4)
		end -= 4;
	return end;
}
