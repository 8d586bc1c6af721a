/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that come one after the other: an image's own, or those that are compressed in it. */
#ifndef GPUCHECK_HOST_PROGRAMS_INITRAMFS_STREAM_H
#define GPUCHECK_HOST_PROGRAMS_INITRAMFS_STREAM_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct stream {
	/* Sets at and left to the next bytes, at least one: 1. 0 at the end, -errno. */
	int (*fill)(struct stream *stream, struct error *error);
	/* Passes over bytes that fill has not given yet; NULL where they must be read. */
	void (*pass)(struct stream *stream, uint64_t length);
	const unsigned char *at; /* the stream's, until fill */
	size_t left;
	uint64_t position; /* of at, in bytes from where the stream began */
};

/* The next byte, which stays: 1. 0 at the end, -errno. */
int stream_peek(struct stream *stream, unsigned char *ret, struct error *error);

/* -EINVAL when the stream ends before length bytes. */
int stream_read(struct stream *stream, void *ret, size_t length, struct error *error);
int stream_skip(struct stream *stream, uint64_t length, struct error *error);

/* Over all bytes of zero, to the end or something else. */
int stream_skip_zeros(struct stream *stream, struct error *error);

/* A file that can be read at any place. */
struct file_stream {
	struct stream stream; /* position is the file's */
	int descriptor;       /* the caller's */
	uint64_t next;        /* where fill reads */
	unsigned char buffer[1 << 18];
};

void file_stream_open(struct file_stream *file, int descriptor);
void file_stream_seek(struct file_stream *file, uint64_t position);

#endif
