/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that come one after the other, and those of a file. */
#include "host/programs/initramfs/stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int ends_early(const struct stream *stream, struct error *error)
{
	return error_set(error, EINVAL, "cut off before byte %llu",
			 (unsigned long long)stream->position);
}

static void advance(struct stream *stream, size_t length)
{
	stream->at += length;
	stream->left -= length;
	stream->position += length;
}

static int need_bytes(struct stream *stream, struct error *error)
{
	return stream->left ? 1 : stream->fill(stream, error);
}

int stream_peek(struct stream *stream, unsigned char *ret, struct error *error)
{
	int r = need_bytes(stream, error);

	if (r > 0)
		*ret = *stream->at;
	return r;
}

int stream_read(struct stream *stream, void *ret, size_t length, struct error *error)
{
	unsigned char *to = ret;

	while (length) {
		int r = need_bytes(stream, error);
		size_t part;

		if (r <= 0)
			return r < 0 ? r : ends_early(stream, error);
		part = length < stream->left ? length : stream->left;
		memcpy(to, stream->at, part);
		advance(stream, part);
		to += part;
		length -= part;
	}
	return 0;
}

int stream_skip(struct stream *stream, uint64_t length, struct error *error)
{
	while (length) {
		size_t part;
		int r;

		if (!stream->left && stream->pass) {
			stream->pass(stream, length);
			return 0;
		}
		r = need_bytes(stream, error);
		if (r <= 0)
			return r < 0 ? r : ends_early(stream, error);
		part = length < stream->left ? (size_t)length : stream->left;
		advance(stream, part);
		length -= part;
	}
	return 0;
}

int stream_skip_zeros(struct stream *stream, struct error *error)
{
	for (;;) {
		int r = need_bytes(stream, error);
		size_t zeros = 0;

		if (r <= 0)
			return r;
		while (zeros < stream->left && !stream->at[zeros])
			zeros++;
		advance(stream, zeros);
		if (stream->left)
			return 0;
	}
}

static int fill_from_file(struct stream *stream, struct error *error)
{
	struct file_stream *file = (struct file_stream *)stream;
	ssize_t got;

	do
		got = pread(file->descriptor, file->buffer, sizeof(file->buffer),
			    (off_t)file->next);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_set_errno(error, errno, "reading it");
	stream->at = file->buffer;
	stream->left = (size_t)got;
	file->next += (size_t)got;
	return got > 0;
}

static void pass_in_file(struct stream *stream, uint64_t length)
{
	struct file_stream *file = (struct file_stream *)stream;

	stream->position += length;
	file->next += length;
}

void file_stream_open(struct file_stream *file, int descriptor)
{
	file->stream = (struct stream){ .fill = fill_from_file, .pass = pass_in_file };
	file->descriptor = descriptor;
	file->next = 0;
}

void file_stream_seek(struct file_stream *file, uint64_t position)
{
	file->stream.left = 0;
	file->stream.position = position;
	file->next = position;
}
