/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a VM's last run ended, by the log that libvirt keeps of its QEMU. */
#include "host/vm/qemu_log.h"

#include "base/alloc.h"
#include "host/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STARTED ": starting up"
#define ENDED   ": shutting down, reason="

enum { TAIL = 64 << 10 };

char *qemu_log_path(const char *vm)
{
	return strchr(vm, '/') ? NULL : xasprintf("var/log/libvirt/qemu/%s.log", vm);
}

/* libvirt's own lines begin with the time: "2026-11-22 14:58:20.541+0000: starting up …". */
static const char *find_in(const char *line, const char *mark)
{
	return *line >= '0' && *line <= '9' ? strstr(line, mark) : NULL;
}

void qemu_log_parse(const char *text, struct qemu_run *ret)
{
	const char *line;
	size_t length;

	*ret = (struct qemu_run){ 0 };
	while (next_line(&text, &line, &length)) {
		_cleanup_free_ char *one = xstrndup(line, length);
		const char *mark = find_in(one, STARTED);

		if (mark) {
			qemu_run_free(ret);
			ret->started = xstrndup(one, (size_t)(mark - one));
			continue;
		}
		mark = find_in(one, ENDED);
		if (mark) {
			free(ret->ended);
			ret->ended = xstrdup(mark + strlen(ENDED));
		} else if (!ends_with(one, "\\")) {
			/* A command line goes on behind its backslash. */
			strings_add(&ret->lines, one);
		}
	}
}

int qemu_log_read(struct host *host, const char *vm, struct qemu_run *ret, struct error *error)
{
	_cleanup_free_ char *path = qemu_log_path(vm), *text = NULL;
	size_t length;
	int r;

	if (!path || strcmp(vms_uri(host), SYSTEM_URI) != 0)
		return error_set(error, ENOENT, "no log of VM %s is known", vm);
	r = root_read_tail(host->root, path, TAIL, &text, &length, error);
	if (r < 0)
		return r;
	/* A host that lost its power leaves NUL bytes in the files it was writing. */
	for (size_t i = 0; i < length; i++)
		if (!text[i])
			text[i] = ' ';
	qemu_log_parse(text, ret);
	return 0;
}

void qemu_run_free(struct qemu_run *run)
{
	free(run->started);
	free(run->ended);
	strings_free(&run->lines);
	*run = (struct qemu_run){ 0 };
}
