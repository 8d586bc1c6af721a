/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's evidence as a folder that stands for the host: --record. */
#ifndef GPUCHECK_RECORDING_RECORDING_H
#define GPUCHECK_RECORDING_RECORDING_H

#include "base/strings.h"
#include "host/host.h"

struct recording {
	size_t files, folders, links;
	struct strings unreadable; /* sentences: what could not be read */
};

/*
 * Write the record of a host. The folder must not exist, or be empty; where this fails there is
 * nothing under its name that was not there before. Guests that are to be in it were asked before
 * (guests_ask). -EEXIST, -errno of what could not be written.
 */
int recording_write(struct host *host, const char *folder, struct recording *ret,
		    struct error *error);
void recording_free(struct recording *recording);

#endif
