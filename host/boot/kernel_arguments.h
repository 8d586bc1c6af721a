/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel command line, split as the kernel splits it (lib/cmdline.c, next_arg). */
#ifndef GPUCHECK_HOST_BOOT_KERNEL_ARGUMENTS_H
#define GPUCHECK_HOST_BOOT_KERNEL_ARGUMENTS_H

#include "base/error.h"
#include "base/strings.h"
#include "host/host.h"

struct kernel_arguments {
	struct strings words; /* whole tokens without their quotes, up to "--" */
};

/* Never fails. The caller frees it with kernel_arguments_free. */
void kernel_arguments_parse(const char *line, struct kernel_arguments *ret);
void kernel_arguments_free(struct kernel_arguments *arguments);

/*
 * The end of the token that begins at text: a blank that stands in no quotes. NULL where a quote is
 * never closed, so that it takes all that follows.
 */
const char *kernel_token_end(const char *text);

/* A token without its quotes, as a word of kernel_arguments; the caller frees it. */
char *kernel_token_word(const char *token, size_t length);

/*
 * The value of a word that is NAME=VALUE, NULL when it is another parameter. As in the kernel
 * (parameq), - and _ are the same letter in a name, and case counts.
 */
const char *kernel_argument_value(const char *word, const char *name);

/* The running kernel's, from proc/cmdline; they stay the host's. -errno with the path. */
int kernel_arguments_running(struct host *host, const struct kernel_arguments **ret,
			     struct error *error);

#endif
