/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record holds: nothing that is not in this table is written. */
#ifndef GPUCHECK_RECORDING_CONTENTS_H
#define GPUCHECK_RECORDING_CONTENTS_H

#include "recording/reduce.h"

#include <stdbool.h>
#include <stddef.h>

enum recorded_kind {
	RECORD_FILE,   /* with its content */
	RECORD_LINK,   /* the link itself, not what it leads to */
	RECORD_TRACE,  /* that it is there: an empty file or folder */
	RECORD_FOLDER, /* the folder, also when nothing of it is recorded */
};

/* What of a file's content may tell who the host is. */
enum recorded_content {
	CONTENT_NUMBERS, /* nothing: what the kernel writes of devices and memory */
	CONTENT_WORDS,   /* it is scrubbed */
	CONTENT_UTF16,   /* the same, as firmware writes words */
};

struct recorded {
	const char *path; /* a component "*" or with one stands for all names it fits */
	enum recorded_kind kind;
	enum recorded_content content;
	reduce_function *reduce; /* NULL: the whole file */
	bool of_libvirt;         /* told by libvirt itself where that is asked */
};

extern const struct recorded recorded_contents[];
extern const size_t recorded_count;

/*
 * Where this host's own names and numbers stand, so that they are found in the files above. None of
 * these is in a record.
 */
enum identity {
	IDENTITY_MAC,
	IDENTITY_HOST,
	IDENTITY_HOSTS, /* lines of names, of which those of this host count */
	IDENTITY_SERIAL,
};

struct identity_source {
	const char *path;
	enum identity identity;
};

extern const struct identity_source identity_sources[];
extern const size_t identity_source_count;

#endif
