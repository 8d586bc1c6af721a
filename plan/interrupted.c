/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plan that was interrupted, for who only looks. The lock would settle whether anybody is still
 * at work on it, but who holds it for a look is in the way of a --fix. So a record counts as
 * interrupted when it stood unchanged from before the lock was seen free until after.
 */
#include "plan/interrupted.h"

#include "base/alloc.h"
#include "host/files/root.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

enum { MAX_TRIES = 16 };

/* -EAGAIN when the record has moved on meanwhile. */
static int stands_unattended(struct host *host, unsigned id, enum record_state *ret,
			     struct error *error)
{
	_cleanup_free_ char *path = record_path(id, "state");
	_cleanup_close_ int file = root_open_file(host_root(host), path, O_PATH, NULL);
	struct stat status;
	int locked, r = record_read_state(host, id, ret, error);

	if (r < 0)
		return r;
	locked = record_is_at_work(host, error);
	if (locked < 0)
		return locked;
	if (locked)
		return 0;
	/* A new state is renamed over the old one, whose file has no name left then. */
	if (file >= 0 && fstat(file, &status) < 0)
		return error_set_errno(error, errno, "/%s", path);
	if (!record_is_interrupted(*ret) || (file >= 0 && status.st_nlink == 0))
		return -EAGAIN;
	return 1;
}

int interruption_look(struct host *host, struct interruption *ret, struct error *error)
{
	struct interruption found = { 0 };
	struct record record;
	int r = -EAGAIN;

	for (int tries = 0; r == -EAGAIN && tries < MAX_TRIES; tries++) {
		r = record_find_last(host, record_is_interrupted, &found.id, error);
		if (r == 0)
			r = stands_unattended(host, found.id, &found.state, error);
	}
	/* What moves on all the time is being worked at. */
	if (r <= 0)
		return r == -EAGAIN || r == -ENOENT ? 0 : r;
	found.readable = record_read(host, found.id, &record, &found.why_not) == 0;
	if (found.readable)
		record_free(&record);
	*ret = found;
	return 1;
}
