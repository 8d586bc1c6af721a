/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan, and what was applied, in words and as unified diffs. */
#include "report/plan_text.h"

#include "base/alloc.h"
#include "host/files/root.h"
#include "plan/diff.h"
#include "report/diff_text.h"
#include "report/page.h"

#include <errno.h>

#include <stdlib.h>
#include <string.h>

enum {
	LIMIT_FILE = 4 << 20,
	STEPS_COLUMN = 6, /* behind a record's number */
};

static void put_list(const char *title, const struct strings *list, const struct style *style,
		     FILE *out)
{
	if (!list->count)
		return;
	page_heading(title, style, out);
	page_list(list, 2, style, out);
	fputc('\n', out);
}

/* Commands below their title, each fit to be copied. */
static void put_command_list(const char *title, const struct strings *list,
			     const struct style *style, FILE *out)
{
	if (!list->count)
		return;
	page_heading(title, style, out);
	for (size_t i = 0; i < list->count; i++) {
		fprintf(out, "  ");
		page_bare_command(list->items[i], 2, style, out);
	}
	fputc('\n', out);
}

static int put_diff(const char *name, const char *before, const char *after,
		    const struct style *style, FILE *out, struct error *error)
{
	_cleanup_free_ char *diff = NULL;
	int r = diff_texts(name, before, after, &diff, error);

	if (r == 0)
		write_diff(diff, style, out);
	return r;
}

static int put_changes(const struct plan *plan, const struct style *style, FILE *out,
		       struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->file_count; i++) {
		const struct file_change *file = &plan->files[i];
		_cleanup_free_ char *name = xasprintf("/%s", file->path);

		r = put_diff(name, file->before, file->after, style, out, error);
	}
	for (size_t i = 0; r == 0 && i < plan->domain_count; i++) {
		const struct domain_change *domain = &plan->domains[i];
		_cleanup_free_ char *name = xasprintf("VM %s", domain->vm);

		r = put_diff(name, domain->before, domain->after, style, out, error);
	}
	if (plan_has_changes(plan))
		fputc('\n', out);
	return r;
}

static void put_commands(const struct command *commands, size_t count, const struct host *host,
			 const struct style *style, FILE *out)
{
	_cleanup_strings_ struct strings texts = { 0 };

	for (size_t i = 0; i < count; i++)
		strings_take(&texts, command_text(&commands[i]));
	put_command_list(
		host_is_live(host)
			? "Then these commands run:"
			: "On the host itself these commands would follow; below --root none runs:",
		&texts, style, out);
}

static void put_actions(const struct plan *plan, const struct style *style, FILE *out)
{
	static const char *const formats[] = {
		[ACTION_BIND] = "%s: its functions leave their drivers and go to vfio-pci",
		[ACTION_START_VM] = "VM %s is started",
		[ACTION_RESTART_VM] = "VM %s is asked to shut down, and started once it is off",
		[ACTION_RESUME_VM] = "VM %s is resumed",
		[ACTION_STOP_SERVICE] = "%s is stopped",
	};
	_cleanup_strings_ struct strings texts = { 0 };

	for (size_t i = 0; i < plan->action_count; i++) {
		const struct action *action = &plan->actions[i];
		const char *mark = strstr(formats[action->kind], "%s");

		strings_take(&texts, xasprintf("%.*s%s%s", (int)(mark - formats[action->kind]),
					       formats[action->kind], action->subject, mark + 2));
	}
	put_list("And last (--undo does not take this back):", &texts, style, out);
}

int write_plan(const struct plan *plan, struct host *host, const struct style *style, FILE *out,
	       struct error *error)
{
	int r;

	put_list("What is mended:", &plan->steps, style, out);
	r = put_changes(plan, style, out, error);
	put_commands(plan->commands, plan->command_count, host, style, out);
	put_actions(plan, style, out);
	put_list("What waits for a reboot:", &plan->reboot, style, out);
	put_list("Left out without --allow-disruption:", &plan->withheld, style, out);
	put_list("Refused:", &plan->refused, style, out);
	put_list("Only by hand:", &plan->by_hand, style, out);
	return r;
}

static int read_text(struct host *host, const char *path, char **ret, struct error *error)
{
	int r = root_read(host_root(host), path, LIMIT_FILE, ret, NULL, error);

	return r == -ENOENT || r == -ENOTDIR ? (*ret = NULL, 0) : r;
}

static int put_file_undo(struct host *host, const struct record *record, size_t index,
			 const struct style *style, FILE *out, struct error *error)
{
	const struct recorded_file *file = &record->files[index];
	_cleanup_free_ char *name = xasprintf("/%s", file->path);
	_cleanup_free_ char *before_path = record_path(record->id, "before.%zu", index);
	_cleanup_free_ char *after_path = record_path(record->id, "after.%zu", index);
	_cleanup_free_ char *stays = xasprintf("%s was changed since, and would stay", name);
	_cleanup_free_ char *before = NULL, *after = NULL, *now = NULL;
	int r = file->existed ? read_text(host, before_path, &before, error) : 0;

	if (r == 0)
		r = read_text(host, after_path, &after, error);
	if (r == 0)
		r = read_text(host, file->path, &now, error);
	if (r < 0)
		return r;
	if (now && after && !strcmp(now, after))
		return put_diff(name, after, before, style, out, error);
	if (before ? !now || strcmp(now, before) : now != NULL)
		page_text(stays, 0, 2, style, out);
	return 0;
}

static int put_domain_undo(struct host *host, const struct record *record, size_t index,
			   const struct style *style, FILE *out, struct error *error)
{
	_cleanup_free_ char *name = xasprintf("VM %s", record->vms.items[index]);
	_cleanup_free_ char *before_path = record_path(record->id, "domain.%zu.before", index);
	_cleanup_free_ char *after_path = record_path(record->id, "domain.%zu.defined", index);
	_cleanup_free_ char *before = NULL, *after = NULL;
	int r = read_text(host, before_path, &before, error);

	if (r == 0)
		r = read_text(host, after_path, &after, error);
	return r == 0 && after ? put_diff(name, after, before, style, out, error) : r;
}

int write_undo(struct host *host, const struct record *record, const struct style *style, FILE *out,
	       struct error *error)
{
	int r = 0;

	fprintf(out, "Plan %u is taken back:\n", record->id);
	for (size_t i = 0; r == 0 && i < record->file_count; i++)
		r = put_file_undo(host, record, i, style, out, error);
	for (size_t i = 0; r == 0 && i < record->vms.count; i++)
		r = put_domain_undo(host, record, i, style, out, error);
	fputc('\n', out);
	put_commands(record->commands, record->command_count, host, style, out);
	return r;
}

static void put_record(const struct record *record, const struct style *style, FILE *out)
{
	_cleanup_free_ char *steps = strings_join(&record->steps, "; ");
	struct tm parts;
	char when[32] = "";
	int column;

	if (gmtime_r(&record->time, &parts))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%SZ", &parts);
	column = fprintf(out, "%4u  %s  %-8s  ", record->id, when,
			 record_state_name(record->state));
	if (record_is_interrupted(record->state))
		column += fprintf(out, "(interrupted) ");
	page_text(steps, column, STEPS_COLUMN, style, out);
}

int write_records(struct host *host, const struct style *style, FILE *out, struct error *error)
{
	_cleanup_free_ unsigned *ids = NULL;
	size_t count;
	int r = record_list(host, &ids, &count, error);

	if (r == 0 && !count)
		fputs("no plan was ever applied here\n", out);
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct record record;

		r = record_read(host, ids[i], &record, error);
		if (r < 0)
			break;
		put_record(&record, style, out);
		record_free(&record);
	}
	return r;
}
