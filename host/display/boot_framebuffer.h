/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The framebuffer that firmware left to the kernel, as far as it still holds memory (proc/iomem).
 */
#ifndef GPUCHECK_HOST_DISPLAY_BOOT_FRAMEBUFFER_H
#define GPUCHECK_HOST_DISPLAY_BOOT_FRAMEBUFFER_H

#include "base/error.h"
#include "host/host.h"

#include <stddef.h>
#include <stdint.h>

struct boot_framebuffer {
	uint64_t start, end; /* the last byte is its own */
	char *name;          /* BOOTFB, efifb, simpledrm, … */
};

/*
 * Those that are there now, in the order of the addresses; the caller frees them. -EACCES where the
 * kernel shows no addresses: to all but root. -ENOENT, -EINVAL and others with the path.
 */
int boot_framebuffers_find(struct host *host, struct boot_framebuffer **ret, size_t *ret_count,
			   struct error *error);
void boot_framebuffers_free(struct boot_framebuffer *framebuffers, size_t count);

/* The same of the text. -EINVAL when it is not proc/iomem's, -EACCES without addresses. */
int boot_framebuffers_parse(const char *text, struct boot_framebuffer **ret, size_t *ret_count);

#endif
