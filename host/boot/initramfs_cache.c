/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an image held when it was last looked into. */
#include "host/boot/initramfs_cache.h"

#include "base/alloc.h"
#include "host/files/root_write.h"
#include "host/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "run/gpucheck"
#define KEPT   FOLDER "/initramfs.json"

enum {
	LIMIT_KEPT = 4 << 20,
	SETTLED_SECONDS = 3, /* above the granularity of any file system's times (vfat: 2 s) */
};

static bool is_used(const struct host *host)
{
	return host_is_live(host) && geteuid() == 0;
}

char *initramfs_identity(struct host *host, const char *path)
{
	_cleanup_close_ int descriptor = -1;
	struct stat status;

	if (!is_used(host))
		return NULL;
	descriptor = root_open_file(host->root, path, O_PATH, NULL);
	if (descriptor < 0 || fstat(descriptor, &status) < 0 ||
	    status.st_ctim.tv_sec > time(NULL) - SETTLED_SECONDS)
		return NULL;
	return xasprintf("%s %ju:%ju %jd %jd.%09ld %jd.%09ld, " GPUCHECK_VERSION, path,
			 (uintmax_t)status.st_dev, (uintmax_t)status.st_ino,
			 (intmax_t)status.st_size, (intmax_t)status.st_mtim.tv_sec,
			 status.st_mtim.tv_nsec, (intmax_t)status.st_ctim.tv_sec,
			 status.st_ctim.tv_nsec);
}

/* Root's own, and nobody else may write it. */
static bool is_trusted(struct host *host)
{
	_cleanup_close_ int descriptor = root_open_regular(host->root, KEPT, NULL);
	struct stat status;

	return descriptor >= 0 && fstat(descriptor, &status) == 0 && status.st_uid == 0 &&
	       !(status.st_mode & (S_IWGRP | S_IWOTH));
}

json_t *initramfs_cache_find(struct host *host, const char *identity)
{
	_cleanup_free_ char *text = NULL;
	json_t *kept, *answer = NULL;
	const char *of;

	if (!is_used(host) || !is_trusted(host) ||
	    root_read_text(host->root, KEPT, LIMIT_KEPT, &text, NULL) < 0)
		return NULL;
	kept = json_loads(text, 0, NULL);
	of = json_string_value(json_object_get(kept, "image"));
	if (of && !strcmp(of, identity))
		answer = json_incref(json_object_get(kept, "answer"));
	json_decref(kept);
	return answer;
}

void initramfs_cache_keep(struct host *host, const char *identity, json_t *answer)
{
	_cleanup_free_ char *temporary = xasprintf("initramfs.%d", (int)getpid()), *text = NULL;
	json_t *kept;
	int r;

	if (!is_used(host))
		return;
	kept = json_pack("{s:s, s:O}", "image", identity, "answer", answer);
	text = kept ? json_dumps(kept, JSON_COMPACT) : NULL;
	json_decref(kept);
	r = root_make_folder(host->root, FOLDER, 0700, NULL);
	if (text && (r == 0 || r == -EEXIST))
		root_put(host->root, KEPT, temporary, text, strlen(text), 0600, NULL);
}
