/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gpucheck-initramfs answers (host/programs/initramfs), now or when a host was recorded. */
#ifndef GPUCHECK_HOST_BOOT_INITRAMFS_ANSWER_H
#define GPUCHECK_HOST_BOOT_INITRAMFS_ANSWER_H

#include "host/boot/initramfs.h"

#include <jansson.h>

/*
 * The caller frees *ret. -ENOENT, -EACCES, -EINVAL, -EFBIG, -EIO with the program's own sentence
 * for its kinds of error; -EPROTO for what is no answer of the program.
 */
int initramfs_answer_read(const json_t *answer, struct initramfs *ret, struct error *error);

/* As it is recorded, of an image that was read, or of why it could not be: the caller frees it. */
char *initramfs_answer(const struct initramfs *initramfs);
char *initramfs_answer_failed(const struct error *why);

#endif
