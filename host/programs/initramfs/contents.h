/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of an image matters: its kernel modules, and the files that say what they do. */
#ifndef GPUCHECK_HOST_PROGRAMS_INITRAMFS_CONTENTS_H
#define GPUCHECK_HOST_PROGRAMS_INITRAMFS_CONTENTS_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a file above which its text is not kept. */
#define CONTENTS_TEXT ((size_t)64 << 10)

/* An entry as an archive has it: nothing in it is to be trusted. */
struct cpio_entry {
	const char *name;
	uint32_t mode, links, size;
	uint32_t major, minor, inode; /* the same for all names of one file of an archive */
};

struct contents {
	json_t *modules, *releases; /* sets: objects with true values */
	json_t *files;              /* by path: objects that get a "text" */
	json_t *links;              /* by inode: those objects that several names may share */
	json_t *open;               /* the one that the last entry's data is for */
	size_t room;                /* bytes that may still be kept */
	bool has_init;              /* what the kernel starts */
};

struct contents contents_new(void);
void contents_free(struct contents *contents);

/*
 * One more entry; 1 when its data is wanted. A later file of a name takes the place of an earlier
 * one, as in the kernel. -EFBIG when there is more than any real image has; -EINVAL for an image
 * whose files lie in one of its files.
 */
int contents_add(struct contents *contents, const struct cpio_entry *entry, struct error *error);

/* The data of the last entry. */
int contents_add_data(struct contents *contents, const char *data, size_t length,
		      struct error *error);

/* Inodes of the next archive have nothing to do with those of this one. */
void contents_end_archive(struct contents *contents);

/*
 * {"modules": [NAME], "releases": [NAME], "files": [{"path", "text"}]}, a new reference. text is
 * null for what is larger than CONTENTS_TEXT or no UTF-8 text.
 */
json_t *contents_answer(const struct contents *contents);

#endif
