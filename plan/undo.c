/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking an applied plan back. */
#include "plan/undo.h"

#include "base/alloc.h"
#include "host/files/root_write.h"
#include "host/vm/vm_changes.h"
#include "plan/follow_up.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_FILE = 4 << 20 };

/* A file's bytes; text is NULL when there is none. */
struct content {
	char *text;
	size_t length;
};

static void content_free(struct content *content)
{
	free(content->text);
}

#define _cleanup_content_ _cleanup_(content_free)

static int read_content(struct host *host, const char *path, struct content *ret,
			struct error *error)
{
	int r = root_read(host_root(host), path, LIMIT_FILE, &ret->text, &ret->length, error);

	return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

static bool same(const struct content *a, const struct content *b)
{
	if (!a->text || !b->text)
		return a->text == b->text;
	return a->length == b->length && !memcmp(a->text, b->text, a->length);
}

/* The half-written file that an interruption may have left beside it. */
static int remove_temporary(struct host *host, const struct record *record, const char *path,
			    struct error *error)
{
	_cleanup_free_ char *name = record_temporary(record, path);
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *whole = xasprintf("%.*s%s", slash ? (int)(slash + 1 - path) : 0, path,
					       name);

	return root_remove(host_root(host), whole, error);
}

static int undo_file(struct host *host, const struct record *record, size_t index,
		     struct strings *left, struct error *error)
{
	const struct recorded_file *file = &record->files[index];
	_cleanup_free_ char *before_path = record_path(record->id, "before.%zu", index);
	_cleanup_free_ char *after_path = record_path(record->id, "after.%zu", index);
	_cleanup_free_ char *temporary = record_temporary(record, file->path);
	_cleanup_content_ struct content before = { 0 }, after = { 0 }, now = { 0 };
	int r = remove_temporary(host, record, file->path, error);

	if (r == 0 && file->existed)
		r = read_content(host, before_path, &before, error);
	if (r == 0)
		r = read_content(host, after_path, &after, error);
	if (r == 0)
		r = read_content(host, file->path, &now, error);
	if (r < 0)
		return r;
	if (!after.text || (file->existed && !before.text))
		return error_set(error, ENOENT,
				 "/%s: the original is gone from /" STATE_FOLDER "/%u", file->path,
				 record->id);
	if (same(&now, &before))
		return 0;
	if (!same(&now, &after)) {
		strings_take(left,
			     xasprintf("/%s was changed since by someone else; the original "
				       "is %s%s",
				       file->path, file->existed ? "/" : "that there was none",
				       file->existed ? before_path : ""));
		return 0;
	}
	if (!file->existed)
		return root_remove(host_root(host), file->path, error);
	return root_copy(host_root(host), before_path, file->path, temporary, error);
}

/* Folders that the plan made, the inner ones first; one that someone uses now stays. */
static int undo_folders(struct host *host, const struct record *record, struct error *error)
{
	int r = 0;

	for (size_t i = record->folders.count; r == 0 && i-- > 0;) {
		r = root_remove_folder(host_root(host), record->folders.items[i], error);
		if (r == -ENOTEMPTY || r == -EEXIST)
			r = 0;
	}
	return r;
}

static int undo_domain(struct host *host, const struct record *record, size_t index,
		       struct strings *left, struct error *error)
{
	const char *vm = record->vms.items[index];
	_cleanup_free_ char *before_path = record_path(record->id, "domain.%zu.before", index);
	_cleanup_free_ char *defined_path = record_path(record->id, "domain.%zu.defined", index);
	_cleanup_content_ struct content before = { 0 }, defined = { 0 };
	_cleanup_free_ char *now = NULL, *again = NULL;
	int r = read_content(host, before_path, &before, error);

	if (r == 0)
		r = read_content(host, defined_path, &defined, error);
	if (r == 0)
		r = vm_definition_text(host, vm, &now, error);
	if (r == -ENOENT) {
		strings_take(left, xasprintf("VM %s is no longer there", vm));
		return 0;
	}
	if (r < 0)
		return r;
	if (!before.text)
		return error_set(error, ENOENT, "VM %s: the original is gone from /%s", vm,
				 before_path);
	if (!strcmp(now, before.text))
		return 0;
	/* Without "defined" it was interrupted between the two: what is there now is the plan's. */
	if (defined.text && strcmp(now, defined.text) != 0) {
		strings_take(left, xasprintf("the definition of VM %s was changed since by someone "
					     "else; the original is /%s",
					     vm, before_path));
		return 0;
	}
	return vm_define(host, vm, now, before.text, &again, error);
}

int record_undo(struct host *host, struct record *record, int lock, const struct teller *teller,
		struct strings *left, struct error *error)
{
	/* An interruption of the undoing itself changes nothing: it can be repeated. */
	const struct teller patient = { teller->begin, teller->tick, teller->end, NULL,
					teller->data };
	int r = record_set_state(host, record, RECORD_UNDOING, error);

	/* It is marked as begun anyway; a full disk has room again once files are removed. */
	if (r < 0 && record_is_interrupted(record->state))
		r = 0;
	for (size_t i = record->file_count; r == 0 && i-- > 0;)
		r = undo_file(host, record, i, left, error);
	if (r == 0)
		r = undo_folders(host, record, error);
	for (size_t i = record->vms.count; r == 0 && i-- > 0;)
		r = undo_domain(host, record, i, left, error);
	if (r == 0 && host_is_live(host))
		r = follow_up_record(host, record, lock, &patient, error);
	if (r == 0)
		r = record_set_state(host, record, left->count ? RECORD_APPLIED : RECORD_UNDONE,
				     error);
	return r;
}

/* The last record for which wanted says yes. */
static int find_last(struct host *host, bool (*wanted)(enum record_state state), struct record *ret,
		     struct error *error)
{
	unsigned id;
	int r = record_find_last(host, wanted, &id, error);

	return r < 0 ? r : record_read(host, id, ret, error);
}

static bool is_applied(enum record_state state)
{
	return state == RECORD_APPLIED;
}

int record_find_interrupted(struct host *host, struct record *ret, struct error *error)
{
	return find_last(host, record_is_interrupted, ret, error);
}

int record_find(struct host *host, unsigned id, struct record *ret, struct error *error)
{
	int r;

	if (!id) {
		r = record_find_interrupted(host, ret, error);
		if (r == -ENOENT)
			r = find_last(host, is_applied, ret, error);
		return r == -ENOENT
			       ? error_set(error, ENOENT, "no applied plan is left to take back")
			       : r;
	}
	r = record_read(host, id, ret, error);
	if (r == -ENOENT)
		return error_set(error, ENOENT,
				 "there is no plan %u; gpucheck --undo list shows them all", id);
	if (r < 0 || ret->state != RECORD_UNDONE)
		return r;
	record_free(ret);
	return error_set(error, EALREADY, "plan %u was taken back already", id);
}
