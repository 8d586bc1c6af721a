/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder that becomes a record: written under another name beside it, and whole when it has its
 * own. Nothing is written outside it, wherever a link in it may lead. */
#ifndef GPUCHECK_RECORDING_FOLDER_H
#define GPUCHECK_RECORDING_FOLDER_H

#include "base/error.h"

#include <stddef.h>

struct folder {
	char *path;      /* as it was named */
	char *temporary; /* beside it */
	int descriptor;  /* of the temporary one */
};

/* -EEXIST for what is there and no empty folder, with what to do. Mode 0700. */
int folder_begin(const char *path, struct folder *ret, struct error *error);

/* Below the folder; parents are made as they are needed. Each place only once. */
int folder_put(const struct folder *folder, const char *place, const char *text, size_t length,
	       struct error *error);
int folder_link(const struct folder *folder, const char *place, const char *target,
		struct error *error);
int folder_make(const struct folder *folder, const char *place, struct error *error);

/* Flushed, and under its name. */
int folder_finish(struct folder *folder, struct error *error);

/* What is not finished is removed. */
void folder_end(struct folder *folder);

#endif
