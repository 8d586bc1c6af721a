/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applying a plan, whole or not at all. */
#include "plan/apply.h"

#include "base/alloc.h"
#include "host/files/root_write.h"
#include "host/vm/vm_changes.h"
#include "plan/effects.h"
#include "plan/follow_up.h"
#include "plan/preconditions.h"
#include "plan/record.h"
#include "plan/undo.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { FOLDER_MODE = 0755 };

/* One plan at work. */
struct work {
	struct host *host;
	const struct plan *plan;
	struct record *record;
	const struct teller *teller;
	int lock;
};

static int stop_if_wanted(const struct work *work, struct error *error)
{
	if (!teller_stopped(work->teller))
		return 0;
	return error_set(error, ECANCELED, "stopped");
}

static int change_files(const struct work *work, struct error *error)
{
	struct root *root = host_root(work->host);
	int r = 0;

	for (size_t i = 0; r == 0 && i < work->record->folders.count; i++)
		r = root_make_folder(root, work->record->folders.items[i], FOLDER_MODE, error);
	for (size_t i = 0; r == 0 && i < work->plan->file_count; i++) {
		const struct file_change *file = &work->plan->files[i];
		_cleanup_free_ char *temporary = record_temporary(work->record, file->path);

		r = root_put(root, file->path, temporary, file->after, strlen(file->after),
			     file->mode, error);
		if (r == 0)
			r = stop_if_wanted(work, error);
	}
	return r;
}

static int change_domains(const struct work *work, struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < work->plan->domain_count; i++) {
		const struct domain_change *domain = &work->plan->domains[i];
		_cleanup_free_ char *path = record_path(work->record->id, "domain.%zu.defined", i);
		_cleanup_free_ char *defined = NULL;

		r = vm_define(work->host, domain->vm, domain->before, domain->after, &defined,
			      error);
		if (r == 0)
			r = record_write(work->host, path, defined, error);
		if (r == 0)
			r = stop_if_wanted(work, error);
	}
	return r;
}

static int change(const struct work *work, struct error *error)
{
	int r = change_files(work, error);

	if (r == 0)
		r = change_domains(work, error);
	if (r == 0 && host_is_live(work->host))
		r = follow_up_record(work->host, work->record, work->lock, work->teller, error);
	if (r == 0 && host_is_live(work->host))
		r = effects_look(work->host, work->plan, error);
	if (r == 0)
		r = record_set_state(work->host, work->record, RECORD_APPLIED, error);
	return r;
}

/* Put everything back, and say in the error that this was done, or what stands. */
static int take_back(const struct work *work, struct error *error)
{
	_cleanup_strings_ struct strings left = { 0 };
	_cleanup_free_ char *why = xstrdup(error->text), *joined = NULL;
	int code = error->code;
	struct error undoing;

	if (record_undo(work->host, work->record, work->lock, work->teller, &left, &undoing) < 0)
		return error_set(error, code,
				 "%s; taking plan %u back did not succeed either: %s; gpucheck "
				 "--undo tries again",
				 why, work->record->id, undoing.text);
	joined = strings_join(&left, "; ");
	return error_set(error, code, "%s; everything was taken back%s%s", why,
			 left.count ? ", but " : "", joined);
}

static int apply(struct host *host, const struct plan *plan, const struct teller *teller, int lock,
		 unsigned *ret_id, struct error *error)
{
	struct record record;
	struct work work = { host, plan, &record, teller, lock };
	int r = record_begin(host, plan, &record, error);

	if (r < 0)
		return error_wrap(error, "nothing was changed");
	*ret_id = record.id;
	r = change(&work, error);
	if (r < 0)
		r = take_back(&work, error);
	record_free(&record);
	return r;
}

/* The lock under which the plan may be carried out; nothing is changed yet. */
static int begin(struct host *host, const struct plan *plan, struct error *error)
{
	_cleanup_close_ int lock = -1;
	int held, r = may_change(host, error);

	if (r == 0)
		lock = r = record_lock(host, error);
	if (r >= 0)
		r = preconditions_hold(host, plan, error);
	if (r < 0)
		return error_wrap(error, "nothing was changed");
	held = lock;
	lock = -1;
	return held;
}

int plan_run_commands(struct host *host, const struct plan *plan, const struct teller *teller,
		      struct error *error)
{
	_cleanup_close_ int lock = begin(host, plan, error);
	int r;

	if (lock < 0)
		return lock;
	r = follow_up(host, plan->commands, plan->command_count, STATE_FOLDER "/output", lock,
		      teller, error);
	return r < 0 ? r : effects_look(host, plan, error);
}

int plan_apply(struct host *host, const struct plan *plan, const struct teller *teller,
	       unsigned *ret_id, struct error *error)
{
	_cleanup_close_ int lock = begin(host, plan, error);

	if (lock < 0)
		return lock;
	return apply(host, plan, teller, lock, ret_id, error);
}
