/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold before anything is changed. */
#include "plan/preconditions.h"

#include "base/alloc.h"
#include "host/files/root_write.h"
#include "plan/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LIMIT_FILE = 4 << 20,
	/* A record of a few files and the blocks that folders take. */
	ROOM_FOR_FILES = 1 << 20,
};

int may_change(struct host *host, struct error *error)
{
	if (!host_is_live(host) || geteuid() == 0)
		return 0;
	return error_set(error, EPERM, "only root may change this host: sudo gpucheck --fix");
}

static int no_interrupted(struct host *host, struct error *error)
{
	struct record record;
	int r = record_find_interrupted(host, &record, error);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	error_set(error, EUCLEAN, "plan %u was interrupted while %s: gpucheck --undo takes it back",
		  record.id, record_state_name(record.state));
	record_free(&record);
	return -EUCLEAN;
}

/* The innermost folder of a path that is there; the caller frees it. */
static char *existing_folder(struct host *host, const char *path)
{
	_cleanup_free_ char *folder = xstrdup(path);
	char *slash;

	while ((slash = strrchr(folder, '/'))) {
		*slash = '\0';
		if (root_exists(host_root(host), folder, NULL) > 0)
			return xstrdup(folder);
	}
	return xstrdup(".");
}

static int is_as_planned(struct host *host, const struct file_change *file, struct error *error)
{
	_cleanup_free_ char *now = NULL, *folder = existing_folder(host, file->path);
	size_t length = 0;
	int r = root_read(host_root(host), file->path, LIMIT_FILE, &now, &length, error);

	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		return r;
	if (!now != !file->before ||
	    (now && (length != file->before_length || memcmp(now, file->before, length) != 0)))
		return error_set(
			error, ESTALE,
			"/%s was changed while the plan was shown: run gpucheck --fix again",
			file->path);
	return root_may_write(host_root(host), folder, ROOM_FOR_FILES, error);
}

/* Bytes of the largest file of boot/ whose name begins so; an image is written beside the old. */
static unsigned long long largest_image(struct host *host)
{
	_cleanup_strings_ struct strings names = { 0 };
	unsigned long long largest = 0;

	if (root_list(host_root(host), "boot", &names, NULL) < 0)
		return 0;
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_free_ char *path = xasprintf("boot/%s", names.items[i]);
		_cleanup_close_ int descriptor = -1;
		struct stat status;

		if (!starts_with(names.items[i], "initrd"))
			continue;
		descriptor = root_open_file(host_root(host), path, O_PATH, NULL);
		if (descriptor >= 0 && fstat(descriptor, &status) == 0 &&
		    (unsigned long long)status.st_size > largest)
			largest = (unsigned long long)status.st_size;
	}
	return largest;
}

static int commands_can_run(struct host *host, const struct plan *plan, struct error *error)
{
	for (size_t i = 0; i < plan->command_count; i++) {
		const char *path = plan->commands[i].words.items[0];

		if (access(path, X_OK) < 0)
			return error_set_errno(error, errno, "%s", path);
	}
	/* A tenth more than the last one took. */
	return plan->command_count
		       ? root_may_write(host_root(host), "boot",
					largest_image(host) * 11 / 10 + ROOM_FOR_FILES, error)
		       : 0;
}

int preconditions_hold(struct host *host, const struct plan *plan, struct error *error)
{
	int r = no_interrupted(host, error);

	if (r == 0)
		r = root_may_write(host_root(host), STATE_FOLDER, ROOM_FOR_FILES, error);
	for (size_t i = 0; r == 0 && i < plan->file_count; i++)
		r = is_as_planned(host, &plan->files[i], error);
	if (r == 0 && host_is_live(host))
		r = commands_can_run(host, plan, error);
	return r;
}
