/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing the record of a plan that is about to be applied. */
#include "base/alloc.h"
#include "host/files/root_write.h"
#include "plan/record.h"
#include "plan/record_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The folders that the plan's files need and that are not there, the outer ones first. */
static int find_missing_folders(struct host *host, const struct plan *plan, struct strings *ret,
				struct error *error)
{
	for (size_t i = 0; i < plan->file_count; i++) {
		const char *path = plan->files[i].path;

		for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
			_cleanup_free_ char *folder = xstrndup(path, (size_t)(slash - path));
			int there = root_exists(host_root(host), folder, error);

			if (there < 0)
				return there;
			if (!there)
				strings_add_once(ret, folder);
		}
	}
	return 0;
}

/* What is known of the plan without reading a file. */
static void describe(const struct plan *plan, struct record *record)
{
	for (size_t i = 0; i < plan->steps.count; i++)
		strings_add(&record->steps, plan->steps.items[i]);
	record->files = xcalloc(plan->file_count, sizeof(*record->files));
	for (size_t i = 0; i < plan->file_count; i++)
		record->files[record->file_count++] = (struct recorded_file){
			.path = xstrdup(plan->files[i].path),
			.existed = plan->files[i].before != NULL,
		};
	for (size_t i = 0; i < plan->domain_count; i++)
		strings_add(&record->vms, plan->domains[i].vm);
	record->commands = xcalloc(plan->command_count, sizeof(*record->commands));
	for (size_t i = 0; i < plan->command_count; i++) {
		struct command *copy = &record->commands[record->command_count++];

		copy->seconds = plan->commands[i].seconds;
		for (size_t k = 0; k < plan->commands[i].words.count; k++)
			strings_add(&copy->words, plan->commands[i].words.items[k]);
	}
}

/* Paths inside the record's folder while it still is called ID.new. */
static int write_new(struct host *host, unsigned id, const char *name, const char *text,
		     struct error *error)
{
	_cleanup_free_ char *path = xasprintf(STATE_FOLDER "/%u.new/%s", id, name);

	return record_write(host, path, text, error);
}

static int write_files(struct host *host, const struct plan *plan, unsigned id, struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->file_count; i++) {
		const struct file_change *file = &plan->files[i];
		_cleanup_free_ char *before = xasprintf(STATE_FOLDER "/%u.new/before.%zu", id, i);
		_cleanup_free_ char *after = xasprintf("after.%zu", i);

		if (file->before)
			r = root_copy(host_root(host), file->path, before, "before.new", error);
		if (r == 0)
			r = write_new(host, id, after, file->after, error);
	}
	return r;
}

static int write_domains(struct host *host, const struct plan *plan, unsigned id,
			 struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->domain_count; i++) {
		_cleanup_free_ char *before = xasprintf("domain.%zu.before", i);
		_cleanup_free_ char *after = xasprintf("domain.%zu.after", i);

		r = write_new(host, id, before, plan->domains[i].before, error);
		if (r == 0)
			r = write_new(host, id, after, plan->domains[i].after, error);
	}
	return r;
}

/* Empty and remove a folder of files; for a record that never became one. */
static int discard(struct root *root, const char *folder, struct error *error)
{
	_cleanup_strings_ struct strings names = { 0 };
	int r = root_list(root, folder, &names, error);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", folder, names.items[i]);

		r = root_remove(root, path, error);
	}
	return r < 0 ? r : root_remove_folder(root, folder, error);
}

/* From here on it counts. */
static int put_in_place(struct root *root, const struct record *record, const char *folder,
			const char *final, struct error *error)
{
	int r = root_rename(root, folder, final, error);

	if (r == 0)
		return 0;
	/* It may have been renamed, and only that could not be flushed. */
	root_rename(root, final, folder, NULL);
	if (root_exists(root, final, NULL) == 0)
		return r;
	return error_wrap(error, "plan %u stays recorded (gpucheck --undo takes it back)",
			  record->id);
}

static int write_record(struct host *host, const struct plan *plan, const struct record *record,
			struct error *error)
{
	_cleanup_free_ char *text = record_to_json(record), *folder = NULL, *final = NULL;
	struct root *root = host_root(host);
	int r;

	if (!text)
		return error_set(error, EINVAL, "a path or name in the plan is not UTF-8");
	folder = xasprintf(STATE_FOLDER "/%u.new", record->id);
	final = xasprintf(STATE_FOLDER "/%u", record->id);
	r = discard(root, folder, error);
	if (r == 0)
		r = root_make_folder(root, folder, RECORD_MODE, error);
	if (r == 0)
		r = write_files(host, plan, record->id, error);
	if (r == 0)
		r = write_domains(host, plan, record->id, error);
	if (r == 0)
		r = write_new(host, record->id, "state", "applying\n", error);
	if (r == 0)
		r = write_new(host, record->id, "record.json", text, error);
	if (r == 0)
		r = put_in_place(root, record, folder, final, error);
	if (r < 0)
		discard(root, folder, NULL);
	return r;
}

int record_begin(struct host *host, const struct plan *plan, struct record *ret,
		 struct error *error)
{
	struct record record = { .state = RECORD_APPLYING, .time = time(NULL) };
	_cleanup_free_ unsigned *ids = NULL;
	size_t count;
	int r = record_list(host, &ids, &count, error);

	if (r < 0)
		return r;
	record.id = count ? ids[count - 1] + 1 : 1;
	describe(plan, &record);
	r = find_missing_folders(host, plan, &record.folders, error);
	if (r == 0)
		r = write_record(host, plan, &record, error);
	if (r < 0) {
		record_free(&record);
		return r;
	}
	*ret = record;
	return 0;
}
