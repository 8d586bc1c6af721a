/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what gpucheck-initramfs answered (host/programs/initramfs), now or when a host was
 * recorded.
 */
#ifndef GPUCHECK_HOST_BOOT_INITRAMFS_ANSWER_H
#define GPUCHECK_HOST_BOOT_INITRAMFS_ANSWER_H

#include "host/boot/initramfs.h"

#include <jansson.h>

/*
 * The caller frees *ret. -ENOENT, -EACCES, -EINVAL, -EFBIG, -EIO with the program's own sentence
 * for its kinds of error; -EPROTO for what is no answer of the program.
 */
int initramfs_answer_read(const json_t *answer, struct initramfs *ret, struct error *error);

#endif
