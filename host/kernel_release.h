/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel runs, for what older ones do not show or do. */
#ifndef GPUCHECK_HOST_KERNEL_RELEASE_H
#define GPUCHECK_HOST_KERNEL_RELEASE_H

#include "base/error.h"
#include "host/host.h"

#include <stdbool.h>

/* Whether it is this one or a later one. -ENOENT where its release is not recorded, -EINVAL. */
int kernel_is_since(struct host *host, unsigned major, unsigned minor, bool *ret,
		    struct error *error);

/* "6.1.0-26-amd64": 6 and 1. False for what does not begin with two numbers. */
bool kernel_release_parse(const char *text, unsigned *ret_major, unsigned *ret_minor);

#endif
