/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An initramfs image: archives one after the other, compressed or not, with zeros between them. */
#include "host/programs/initramfs/image.h"

#include "base/alloc.h"
#include "host/programs/initramfs/cpio.h"
#include "host/programs/initramfs/packed.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* All archives that follow each other here: 0 at the end, 1 when something else follows. */
static int read_archives(struct stream *stream, struct contents *contents, struct error *error)
{
	for (;;) {
		unsigned char first = 0;
		int r = stream_skip_zeros(stream, error);

		if (r == 0)
			r = stream_peek(stream, &first, error);
		if (r <= 0)
			return r;
		if (first != '0')
			return 1;
		r = cpio_read(stream, contents, error);
		if (r < 0)
			return r;
	}
}

/* One compressed part at *offset, which becomes that of what follows it. */
static int read_packed(int descriptor, uint64_t *offset, struct contents *contents,
		       struct error *error)
{
	unsigned char magic[PACKED_MAGIC] = { 0 };
	const struct compression *compression = NULL;
	struct packed *packed;
	int r;

	/* A file with fewer bytes left has no archive in them, compressed or not. */
	if (pread(descriptor, magic, sizeof(magic), (off_t)*offset) == sizeof(magic))
		compression = compression_of(magic);
	if (!compression)
		return error_set(error, EINVAL,
				 "neither a cpio archive nor a compression that is known "
				 "(gzip, bzip2, lzma, xz, lz4 -l, zstd) at byte %llu",
				 (unsigned long long)*offset);
	packed = packed_new(descriptor, *offset, compression);
	r = read_archives(packed_stream(packed), contents, error);
	if (r > 0)
		r = error_set(error, EINVAL, "something else than cpio archives");
	if (r < 0)
		error_wrap(error, "in what %s compressed at byte %llu", compression->name,
			   (unsigned long long)*offset);
	else
		*offset = packed_end(packed);
	packed_free(packed);
	return r;
}

int image_read(int descriptor, struct contents *contents, struct error *error)
{
	struct file_stream *file = xcalloc(1, sizeof(*file));
	uint64_t offset = 0;
	int r;

	file_stream_open(file, descriptor);
	while ((r = read_archives(&file->stream, contents, error)) > 0) {
		offset = file->stream.position;
		r = read_packed(descriptor, &offset, contents, error);
		if (r < 0)
			break;
		file_stream_seek(file, offset);
	}
	free(file);
	/* The kernel starts /init, which all tools put in the last archive. */
	if (r == 0 && !contents->has_init)
		r = error_set(error, EINVAL, "no /init in it: empty, cut off, or no initramfs");
	return r;
}
