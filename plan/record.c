/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of an applied plan. */
#include "plan/record.h"

#include "base/alloc.h"
#include "base/chase.h"
#include "base/date.h"
#include "host/files/root_write.h"
#include "plan/record_json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LIMIT_RECORD = 1 << 20, FOLDER_MODE = 0755, FILE_MODE = 0600 };

static const char *const state_names[] = {
	[RECORD_APPLYING] = "applying",
	[RECORD_APPLIED] = "applied",
	[RECORD_UNDOING] = "undoing",
	[RECORD_UNDONE] = "undone",
};

const char *record_state_name(enum record_state state)
{
	return state_names[state];
}

bool record_is_interrupted(enum record_state state)
{
	return state == RECORD_APPLYING || state == RECORD_UNDOING;
}

char *record_path(unsigned id, const char *format, ...)
{
	_cleanup_free_ char *name = NULL;
	va_list arguments;

	va_start(arguments, format);
	name = xvasprintf(format, arguments);
	va_end(arguments);
	return xasprintf(STATE_FOLDER "/%u/%s", id, name);
}

char *record_temporary(const struct record *record, const char *path)
{
	const char *slash = strrchr(path, '/');

	/* The dot hides it from every program that reads a folder of drop-ins. */
	return xasprintf(".%s.gpucheck-%u", slash ? slash + 1 : path, record->id);
}

/* Make the folders of a path that are missing; the last one has last_mode. */
static int make_folders(struct root *root, const char *path, mode_t last_mode, struct error *error)
{
	for (const char *at = path; at; at = strchr(at + 1, '/')) {
		const char *end = strchr(at + 1, '/');
		_cleanup_free_ char *folder = xstrndup(path,
						       end ? (size_t)(end - path) : strlen(path));
		int there = root_exists(root, folder, error);
		int r = there < 0 ? there : 0;

		if (!there)
			r = root_make_folder(root, folder, end ? FOLDER_MODE : last_mode, error);
		if (r < 0 && r != -EEXIST)
			return r;
		if (!end)
			break;
	}
	return 0;
}

/* Commands and originals come back from there: whoever else can write it says what root does. */
static int guard_folder(struct root *root, struct error *error)
{
	_cleanup_close_ int folder = root_open_file(root, STATE_FOLDER, O_RDONLY | O_DIRECTORY,
						    error);
	struct stat status;

	if (folder < 0)
		return folder;
	if (fstat(folder, &status) < 0)
		return error_set_errno(error, errno, "/" STATE_FOLDER);
	if (is_open_to_others(&status))
		return error_set(
			error, EPERM,
			"/" STATE_FOLDER " can be written by others (owner %u, group %u, "
			"mode %04o), so that what is recorded there cannot be trusted: move "
			"it away",
			status.st_uid, status.st_gid, (unsigned)status.st_mode & 07777);
	/* A copy of the host may have lost the mode. */
	if (status.st_mode & 077 && fchmod(folder, RECORD_MODE) < 0)
		return error_set_errno(error, errno, "/" STATE_FOLDER);
	return 0;
}

int record_lock(struct host *host, struct error *error)
{
	_cleanup_free_ char *holder = NULL, *text = NULL, *since = NULL;
	struct root *root = host_root(host);
	int r = make_folders(root, STATE_FOLDER, RECORD_MODE, error);
	int lock;

	if (r == 0)
		r = guard_folder(root, error);
	if (r < 0)
		return r;
	lock = root_lock(root, STATE_FOLDER "/lock", error);
	if (lock >= 0) {
		since = date_text(time(NULL));
		text = xasprintf("%ld since %s\n", (long)getpid(), since);
		if (ftruncate(lock, 0) == 0 && write(lock, text, strlen(text)) > 0)
			return lock;
		r = error_set_errno(error, errno, "/" STATE_FOLDER "/lock");
		close(lock);
		return r;
	}
	if (lock != -EWOULDBLOCK)
		return lock;
	if (root_read_text(root, STATE_FOLDER "/lock", LIMIT_RECORD, &holder, NULL) == 0)
		holder[strcspn(holder, "\n")] = '\0';
	return error_set(error, EBUSY,
			 "another gpucheck (process %s), or a command that it started, is changing "
			 "this host: wait until it is done",
			 holder && *holder ? holder : "unknown");
}

int record_is_at_work(struct host *host, struct error *error)
{
	return root_is_locked(host_root(host), STATE_FOLDER "/lock", error);
}

static int by_id(const void *left, const void *right)
{
	unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;

	return (a > b) - (a < b);
}

int record_list(struct host *host, unsigned **ret, size_t *ret_count, struct error *error)
{
	_cleanup_strings_ struct strings names = { 0 };
	int r = root_list(host_root(host), STATE_FOLDER, &names, error);
	unsigned *ids;
	size_t count = 0;

	*ret = NULL;
	*ret_count = 0;
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	ids = xcalloc(names.count, sizeof(*ids));
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];
		char *end;
		unsigned long id = strtoul(name, &end, 10);

		/* An unfinished record ends in ".new": nothing was changed by it. */
		if (*name >= '1' && *name <= '9' && !*end && id < 1000000)
			ids[count++] = (unsigned)id;
	}
	if (count)
		qsort(ids, count, sizeof(*ids), by_id);
	*ret = ids;
	*ret_count = count;
	return 0;
}

int record_write(struct host *host, const char *path, const char *text, struct error *error)
{
	_cleanup_free_ char *temporary = xasprintf("%s.new", strrchr(path, '/') + 1);

	return root_put(host_root(host), path, temporary, text, strlen(text), FILE_MODE, error);
}

int record_set_state(struct host *host, struct record *record, enum record_state state,
		     struct error *error)
{
	_cleanup_free_ char *path = record_path(record->id, "state");
	_cleanup_free_ char *text = xasprintf("%s\n", state_names[state]);
	int r = record_write(host, path, text, error);

	if (r == 0)
		record->state = state;
	/* It may have been renamed, and only that could not be flushed. */
	else if (record_read_state(host, record->id, &record->state, NULL) < 0)
		record->state = RECORD_APPLIED;
	return r;
}

int record_read_state(struct host *host, unsigned id, enum record_state *ret, struct error *error)
{
	_cleanup_free_ char *path = record_path(id, "state"), *text = NULL;
	int r = root_read_text(host_root(host), path, LIMIT_RECORD, &text, error);

	if (r < 0 && r != -ENOENT && r != -EINVAL && r != -EFBIG)
		return r;
	/* What nobody can tell was cut short: to take back what is back already does nothing. */
	*ret = RECORD_APPLYING;
	for (size_t i = 0; text && i < ARRAY_SIZE(state_names); i++)
		if (!strncmp(text, state_names[i], strcspn(text, "\n")) &&
		    strlen(state_names[i]) == strcspn(text, "\n"))
			*ret = (enum record_state)i;
	return 0;
}

int record_read(struct host *host, unsigned id, struct record *ret, struct error *error)
{
	_cleanup_free_ char *path = record_path(id, "record.json"), *text = NULL;
	_cleanup_free_ char *folder = xasprintf(STATE_FOLDER "/%u", id);
	struct record record = { .id = id };
	int r = root_read_text(host_root(host), path, LIMIT_RECORD, &text, error);

	/* A record that was damaged is not one that is not there. */
	if (r == -ENOENT && root_exists(host_root(host), folder, NULL) != 0)
		r = error_set(error, EINVAL, "/%s is missing", path);
	if (r == 0)
		r = record_from_json(text, &record, error);
	if (r == 0)
		r = record_read_state(host, id, &record.state, error);
	if (r < 0) {
		record_free(&record);
		return error_wrap(error, "the record of plan %u", id);
	}
	*ret = record;
	return 0;
}

int record_find_last(struct host *host, bool (*wanted)(enum record_state state), unsigned *ret,
		     struct error *error)
{
	_cleanup_free_ unsigned *ids = NULL;
	size_t count;
	int r = record_list(host, &ids, &count, error);

	while (r == 0 && count-- > 0) {
		enum record_state state;

		r = record_read_state(host, ids[count], &state, error);
		if (r == 0 && wanted(state)) {
			*ret = ids[count];
			return 0;
		}
	}
	return r < 0 ? r : error_set_errno(error, ENOENT, "/" STATE_FOLDER);
}

void record_free(struct record *record)
{
	for (size_t i = 0; i < record->file_count; i++)
		free(record->files[i].path);
	for (size_t i = 0; i < record->command_count; i++)
		command_free(&record->commands[i]);
	free(record->files);
	free(record->commands);
	strings_free(&record->steps);
	strings_free(&record->folders);
	strings_free(&record->vms);
	*record = (struct record){ 0 };
}
