/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan, and what was applied, in words and as unified diffs. */
#include "report/plan_text.h"

#include "base/alloc.h"
#include "host/files/root.h"
#include "plan/diff.h"
#include "report/escape.h"

#include <errno.h>

#include <stdlib.h>
#include <string.h>

enum { LIMIT_FILE = 4 << 20 };

/* A text line by line, each behind indent; tabs are its own, other control characters escaped. */
static void put_text(const char *indent, const char *text, FILE *out)
{
	const char *line;
	size_t length;

	while (next_line(&text, &line, &length)) {
		_cleanup_free_ char *copy = xstrndup(line, length);
		char *at = copy, *piece;

		fputs(indent, out);
		while ((piece = strsep(&at, "\t"))) {
			_cleanup_free_ char *safe = escape_controls(piece);

			fprintf(out, "%s%s", safe, at ? "\t" : "");
		}
		fputc('\n', out);
	}
}

static void put_list(const char *title, const struct strings *list, FILE *out)
{
	if (!list->count)
		return;
	fprintf(out, "%s\n", title);
	for (size_t i = 0; i < list->count; i++)
		put_text("  ", list->items[i], out);
	fputc('\n', out);
}

static int put_diff(const char *name, const char *before, const char *after, FILE *out,
		    struct error *error)
{
	_cleanup_free_ char *diff = NULL;
	int r = diff_texts(name, before, after, &diff, error);

	if (r == 0)
		put_text("", diff, out);
	return r;
}

static int put_changes(const struct plan *plan, FILE *out, struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->file_count; i++) {
		const struct file_change *file = &plan->files[i];
		_cleanup_free_ char *name = xasprintf("/%s", file->path);

		r = put_diff(name, file->before, file->after, out, error);
	}
	for (size_t i = 0; r == 0 && i < plan->domain_count; i++) {
		const struct domain_change *domain = &plan->domains[i];
		_cleanup_free_ char *name = xasprintf("VM %s", domain->vm);

		r = put_diff(name, domain->before, domain->after, out, error);
	}
	if (plan_has_changes(plan))
		fputc('\n', out);
	return r;
}

static void put_commands(const struct command *commands, size_t count, const struct host *host,
			 FILE *out)
{
	_cleanup_strings_ struct strings texts = { 0 };

	for (size_t i = 0; i < count; i++)
		strings_take(&texts, command_text(&commands[i]));
	put_list(
		host_is_live(host)
			? "Then these commands run:"
			: "On the host itself these commands would follow; below --root none runs:",
		&texts, out);
}

static void put_actions(const struct plan *plan, FILE *out)
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
	put_list("And last (--undo does not take this back):", &texts, out);
}

int write_plan(const struct plan *plan, struct host *host, FILE *out, struct error *error)
{
	int r;

	put_list("What is mended:", &plan->steps, out);
	r = put_changes(plan, out, error);
	put_commands(plan->commands, plan->command_count, host, out);
	put_actions(plan, out);
	put_list("What waits for a reboot:", &plan->reboot, out);
	put_list("Left out without --allow-disruption:", &plan->withheld, out);
	put_list("Refused:", &plan->refused, out);
	put_list("Only by hand:", &plan->by_hand, out);
	return r;
}

static int read_text(struct host *host, const char *path, char **ret, struct error *error)
{
	int r = root_read(host_root(host), path, LIMIT_FILE, ret, NULL, error);

	return r == -ENOENT || r == -ENOTDIR ? (*ret = NULL, 0) : r;
}

static int put_file_undo(struct host *host, const struct record *record, size_t index, FILE *out,
			 struct error *error)
{
	const struct recorded_file *file = &record->files[index];
	_cleanup_free_ char *name = xasprintf("/%s", file->path);
	_cleanup_free_ char *before_path = record_path(record->id, "before.%zu", index);
	_cleanup_free_ char *after_path = record_path(record->id, "after.%zu", index);
	_cleanup_free_ char *before = NULL, *after = NULL, *now = NULL;
	int r = file->existed ? read_text(host, before_path, &before, error) : 0;

	if (r == 0)
		r = read_text(host, after_path, &after, error);
	if (r == 0)
		r = read_text(host, file->path, &now, error);
	if (r < 0)
		return r;
	if (now && after && !strcmp(now, after))
		return put_diff(name, after, before, out, error);
	if (before ? !now || strcmp(now, before) : now != NULL)
		fprintf(out, "%s was changed since, and would stay\n", name);
	return 0;
}

static int put_domain_undo(struct host *host, const struct record *record, size_t index, FILE *out,
			   struct error *error)
{
	_cleanup_free_ char *name = xasprintf("VM %s", record->vms.items[index]);
	_cleanup_free_ char *before_path = record_path(record->id, "domain.%zu.before", index);
	_cleanup_free_ char *after_path = record_path(record->id, "domain.%zu.defined", index);
	_cleanup_free_ char *before = NULL, *after = NULL;
	int r = read_text(host, before_path, &before, error);

	if (r == 0)
		r = read_text(host, after_path, &after, error);
	return r == 0 && after ? put_diff(name, after, before, out, error) : r;
}

int write_undo(struct host *host, const struct record *record, FILE *out, struct error *error)
{
	int r = 0;

	fprintf(out, "Plan %u is taken back:\n", record->id);
	for (size_t i = 0; r == 0 && i < record->file_count; i++)
		r = put_file_undo(host, record, i, out, error);
	for (size_t i = 0; r == 0 && i < record->vms.count; i++)
		r = put_domain_undo(host, record, i, out, error);
	fputc('\n', out);
	put_commands(record->commands, record->command_count, host, out);
	return r;
}

static void put_record(const struct record *record, FILE *out)
{
	_cleanup_free_ char *steps = strings_join(&record->steps, "; ");
	_cleanup_free_ char *safe = escape_controls(steps);
	struct tm parts;
	char when[32] = "";

	if (gmtime_r(&record->time, &parts))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%SZ", &parts);
	fprintf(out, "%4u  %s  %-8s  %s%s\n", record->id, when, record_state_name(record->state),
		record_is_interrupted(record->state) ? "(interrupted) " : "", safe);
}

int write_records(struct host *host, FILE *out, struct error *error)
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
		put_record(&record, out);
		record_free(&record);
	}
	return r;
}
