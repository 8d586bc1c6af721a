/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to change on the host. */
#include "plan/plan.h"

#include "base/alloc.h"
#include "host/files/root_write.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_FILE = 4 << 20 };

bool plan_has_changes(const struct plan *plan)
{
	return plan->file_count || plan->domain_count;
}

bool plan_acts(const struct plan *plan)
{
	return plan_has_changes(plan) || plan->command_count || plan->action_count;
}

static struct file_change *find_file(const struct plan *plan, const char *path)
{
	for (size_t i = 0; i < plan->file_count; i++)
		if (!strcmp(plan->files[i].path, path))
			return &plan->files[i];
	return NULL;
}

/* The file on disk; NULL in *ret when there is none. */
static int read_disk(struct host *host, const char *path, char **ret, size_t *ret_length,
		     struct error *error)
{
	int r = root_read(host_root(host), path, LIMIT_FILE, ret, ret_length, error);

	if (r != -ENOENT && r != -ENOTDIR)
		return r;
	*ret = NULL;
	*ret_length = 0;
	return 0;
}

int plan_read_file(const struct plan *plan, struct host *host, const char *path, char **ret_path,
		   char **ret, struct error *error)
{
	_cleanup_free_ char *target = NULL, *text = NULL;
	const struct file_change *change;
	size_t length = 0;
	int r = root_follow(host_root(host), path, &target, error);

	if (r < 0)
		return r;
	change = find_file(plan, target);
	if (change)
		text = xstrdup(change->after);
	else
		r = read_disk(host, target, &text, &length, error);
	if (r < 0)
		return r;
	if (!change && text && strlen(text) != length)
		return error_set(error, EINVAL, "/%s: holds a NUL byte, it is no text", target);
	*ret_path = target;
	*ret = text;
	target = text = NULL;
	return 0;
}

static void free_file(struct file_change *file)
{
	free(file->path);
	free(file->before);
	free(file->after);
}

static void drop_file(struct plan *plan, struct file_change *file)
{
	struct file_change *end = plan->files + plan->file_count;

	free_file(file);
	memmove(file, file + 1, (size_t)(end - file - 1) * sizeof(*file));
	plan->file_count--;
}

static int add_file(struct plan *plan, struct host *host, const char *path, mode_t mode,
		    struct error *error)
{
	struct file_change file = { .mode = mode };
	int r = read_disk(host, path, &file.before, &file.before_length, error);

	if (r < 0)
		return r;
	file.path = xstrdup(path);
	plan->files = xreallocarray(plan->files, plan->file_count + 1, sizeof(file));
	plan->files[plan->file_count++] = file;
	return 0;
}

int plan_set_file(struct plan *plan, struct host *host, const char *path, const char *text,
		  mode_t mode, struct error *error)
{
	_cleanup_free_ char *target = NULL;
	struct file_change *file;
	int r = root_follow(host_root(host), path, &target, error);

	if (r == 0 && !find_file(plan, target))
		r = add_file(plan, host, target, mode, error);
	if (r < 0)
		return r;
	file = find_file(plan, target);
	free(file->after);
	file->after = xstrdup(text);
	if (!file->before || strlen(text) != file->before_length ||
	    memcmp(file->before, text, file->before_length) != 0)
		return 1;
	drop_file(plan, file);
	return 0;
}

static struct domain_change *find_domain(const struct plan *plan, const char *vm)
{
	for (size_t i = 0; i < plan->domain_count; i++)
		if (!strcmp(plan->domains[i].vm, vm))
			return &plan->domains[i];
	return NULL;
}

const char *plan_definition(const struct plan *plan, const char *vm)
{
	const struct domain_change *domain = find_domain(plan, vm);

	return domain ? domain->after : NULL;
}

void plan_set_definition(struct plan *plan, const char *vm, const char *before, const char *after)
{
	struct domain_change *domain = find_domain(plan, vm);

	if (domain) {
		free(domain->after);
		domain->after = xstrdup(after);
		return;
	}
	plan->domains = xreallocarray(plan->domains, plan->domain_count + 1,
				      sizeof(*plan->domains));
	plan->domains[plan->domain_count++] = (struct domain_change){
		.vm = xstrdup(vm),
		.before = xstrdup(before),
		.after = xstrdup(after),
	};
}

static bool same_words(const struct strings *a, const struct strings *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = !strcmp(a->items[i], b->items[i]);
	return same;
}

void plan_add_command(struct plan *plan, unsigned seconds, const char *word, ...)
{
	struct command command = { .seconds = seconds };
	va_list words;

	va_start(words, word);
	for (; word; word = va_arg(words, const char *))
		strings_add(&command.words, word);
	va_end(words);
	for (size_t i = 0; i < plan->command_count; i++) {
		if (!same_words(&plan->commands[i].words, &command.words))
			continue;
		command_free(&plan->commands[i]);
		memmove(&plan->commands[i], &plan->commands[i + 1],
			(plan->command_count - i - 1) * sizeof(command));
		plan->command_count--;
	}
	plan->commands = xreallocarray(plan->commands, plan->command_count + 1, sizeof(command));
	plan->commands[plan->command_count++] = command;
}

void plan_add_action(struct plan *plan, enum action_kind kind, const char *subject,
		     const struct strings *functions)
{
	struct action action = { .kind = kind, .subject = xstrdup(subject) };

	for (size_t i = 0; i < plan->action_count; i++) {
		if (plan->actions[i].kind == kind && !strcmp(plan->actions[i].subject, subject)) {
			free(action.subject);
			return;
		}
	}
	for (size_t i = 0; functions && i < functions->count; i++)
		strings_add(&action.functions, functions->items[i]);
	plan->actions = xreallocarray(plan->actions, plan->action_count + 1, sizeof(action));
	plan->actions[plan->action_count++] = action;
}

void plan_expect(struct plan *plan, enum effect_kind kind, const char *subject)
{
	for (size_t i = 0; i < plan->effect_count; i++)
		if (plan->effects[i].kind == kind && !strcmp(plan->effects[i].subject, subject))
			return;
	plan->effects = xreallocarray(plan->effects, plan->effect_count + 1,
				      sizeof(*plan->effects));
	plan->effects[plan->effect_count++] = (struct effect){ kind, xstrdup(subject) };
}

void plan_say(struct strings *list, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = xvasprintf(format, arguments);
	va_end(arguments);
	if (strings_have(list, text))
		free(text);
	else
		strings_take(list, text);
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->file_count; i++)
		free_file(&plan->files[i]);
	for (size_t i = 0; i < plan->domain_count; i++) {
		free(plan->domains[i].vm);
		free(plan->domains[i].before);
		free(plan->domains[i].after);
	}
	for (size_t i = 0; i < plan->command_count; i++)
		command_free(&plan->commands[i]);
	for (size_t i = 0; i < plan->action_count; i++) {
		free(plan->actions[i].subject);
		strings_free(&plan->actions[i].functions);
	}
	for (size_t i = 0; i < plan->effect_count; i++)
		free(plan->effects[i].subject);
	free(plan->files);
	free(plan->domains);
	free(plan->commands);
	free(plan->actions);
	free(plan->effects);
	strings_free(&plan->steps);
	strings_free(&plan->reboot);
	strings_free(&plan->withheld);
	strings_free(&plan->refused);
	strings_free(&plan->by_hand);
	*plan = (struct plan){ 0 };
}
