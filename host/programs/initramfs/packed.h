/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is compressed in an image, read by libarchive: only its decompressors, none of its formats.
 */
#ifndef GPUCHECK_HOST_PROGRAMS_INITRAMFS_PACKED_H
#define GPUCHECK_HOST_PROGRAMS_INITRAMFS_PACKED_H

#include "host/programs/initramfs/stream.h"

#include <stdbool.h>

/* As many bytes as tell every compression. */
#define PACKED_MAGIC 6

struct compression {
	const char *name, *magic;
	size_t length; /* of magic */
	int filter;    /* libarchive's ARCHIVE_FILTER_ */
	bool greedy;   /* its decompressor fails at what follows, when that is another's */
};

struct packed;

/* By the first bytes of what is compressed; NULL for none that kernel and libarchive both know. */
const struct compression *compression_of(const unsigned char magic[PACKED_MAGIC]);

/* From an offset of a file on. The descriptor stays the caller's. */
struct packed *packed_new(int descriptor, uint64_t offset, const struct compression *compression);
void packed_free(struct packed *packed);

/*
 * What was compressed. Its errors are -EINVAL for what cannot be decompressed, and those of
 * reading. An image says itself how much memory its xz or lzma part takes, up to 4 GiB.
 */
struct stream *packed_stream(struct packed *packed);

/*
 * The offset in the file of what follows; only when the stream is at its end. Behind xz only xz and
 * zeros can follow, since libarchive takes all for its own: such an image is -EINVAL.
 */
uint64_t packed_end(const struct packed *packed);

#endif
