/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two texts as a unified diff, by diff(1). */
#include "plan/diff.h"

#include "base/alloc.h"
#include "host/process/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* diff's own exit statuses: 0 the same, 1 different, 2 trouble. */
enum { DIFF_SECONDS = 30, LIMIT_DIFF = 16 << 20, DIFF_TROUBLE = 2 };

/* A file in memory; -errno. */
static int text_file(const char *text)
{
	int descriptor = memfd_create("text", MFD_CLOEXEC);
	size_t length = text ? strlen(text) : 0;
	ssize_t done = descriptor < 0 ? -1 : write(descriptor, text ? text : "", length);
	int code = done < 0 ? -errno : -EFBIG;

	if (done == (ssize_t)length)
		return descriptor;
	if (descriptor >= 0)
		close(descriptor);
	return code;
}

int diff_texts(const char *name, const char *before, const char *after, char **ret,
	       struct error *error)
{
	_cleanup_close_ int old = text_file(before), new = text_file(after);
	_cleanup_(command_free) struct command diff = {
		.seconds = DIFF_SECONDS,
		.inherited = { old, new },
		.inherited_count = 2,
	};
	_cleanup_free_ char *text = NULL;
	int status, r;

	if (old < 0 || new < 0)
		return error_set_errno(error, old < 0 ? old : new, "showing the change of %s",
				       name);
	strings_add(&diff.words, "/usr/bin/diff");
	strings_add(&diff.words, "-u");
	strings_take(&diff.words, xasprintf("--label=%s", before ? name : "/dev/null"));
	strings_take(&diff.words, xasprintf("--label=%s", after ? name : "/dev/null"));
	strings_take(&diff.words, xasprintf("/proc/self/fd/%d", old));
	strings_take(&diff.words, xasprintf("/proc/self/fd/%d", new));
	r = command_read(&diff, LIMIT_DIFF, &text, &status, error);
	if (r < 0)
		return r;
	if (status >= DIFF_TROUBLE)
		return error_set(error, EIO, "diff of %s failed with status %d", name, status);
	*ret = text;
	text = NULL;
	return 0;
}
