/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --fix: check, propose, show, ask, apply, check again. */
#include "base/alloc.h"
#include "commands/commands.h"
#include "commands/present.h"
#include "commands/progress.h"
#include "commands/session.h"
#include "commands/terminal.h"
#include "fixers/registry.h"
#include "plan/actions.h"
#include "plan/apply.h"
#include "report/output.h"
#include "report/plan_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	/* What one round mends may let the next see more: a VM that has its card can be started. */
	MAX_ROUNDS = 4,
	/* Seconds for a guest to boot that was just started. */
	GUEST_SECONDS = 180,
};

/* One round: what the host shows, and what would mend it. */
struct round {
	struct session session;
	struct outcome outcome;
	struct plan plan;
};

static int round_begin(const struct options *options, unsigned wait, struct round *ret,
		       struct error *error)
{
	struct round round = { 0 };
	int r = session_open(options, &round.session, error);

	if (r < 0)
		return r;
	r = session_run(&round.session, wait, &round.outcome, error);
	if (r < 0) {
		session_close(&round.session);
		return r;
	}
	fixers_propose(round.session.host, &round.outcome, &round.session.targets, &options->checks,
		       options->allow_disruption, &round.plan);
	*ret = round;
	return 0;
}

static void round_end(struct round *round)
{
	plan_free(&round->plan);
	outcome_free(&round->outcome);
	session_close(&round->session);
}

/* As one text, so that a file of --output is written whole. */
static int plan_as_text(const struct round *round, const struct style *style, char **ret,
			size_t *ret_length, struct error *error)
{
	FILE *out = xmemstream(ret, ret_length);
	int r = write_plan(&round->plan, round->session.host, style, out, error);

	if (r == 0 && !plan_acts(&round->plan))
		fputs("There is nothing to change.\n", out);
	fclose(out);
	return r;
}

/* The plan is the result: of --dry-run, or because nobody can be asked. */
static int only_show(const struct round *round, const struct options *options)
{
	const struct style style = style_for_plan(options, STDOUT_FILENO);
	_cleanup_free_ char *text = NULL;
	struct error error;
	size_t length;

	if (plan_as_text(round, &style, &text, &length, &error) < 0 ||
	    output_write(options->output, text, length, &error) < 0)
		return complain(&error);
	if (options->dry_run)
		return round->outcome.status;
	remark("nothing was changed: there is no terminal to ask at; --yes applies the plan");
	return STATUS_USAGE;
}

static bool asked_and_agreed(void)
{
	char answer[16];

	fputs("Apply this plan? [y/N] ", stderr);
	return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

/* 0 when the plan was applied and all of it done. */
static int apply(const struct round *round, struct error *error)
{
	const struct plan *plan = &round->plan;
	struct host *host = round->session.host;
	const struct teller *teller = progress_begin();
	unsigned id = 0;
	int r = 0;

	if (plan_has_changes(plan)) {
		r = plan_apply(host, plan, teller, &id, error);
		if (r == 0)
			remark("plan %u is applied; gpucheck --undo %u takes it back", id, id);
	} else if (plan->command_count) {
		r = plan_run_commands(host, plan, teller, error);
	}
	if (r == 0)
		r = plan_act(host, plan, teller, error);
	progress_end();
	return r;
}

static bool starts_a_vm(const struct plan *plan)
{
	for (size_t i = 0; i < plan->action_count; i++)
		if (plan->actions[i].kind != ACTION_BIND &&
		    plan->actions[i].kind != ACTION_STOP_SERVICE)
			return true;
	return false;
}

/*
 * A change, or an action or command that was not tried in an earlier round: else it would go on for
 * ever. Below a root a command alone does nothing.
 */
static bool is_news(const struct plan *plan, const struct host *host, const struct strings *tried)
{
	for (size_t i = 0; i < plan->action_count; i++)
		if (!strings_have(tried, plan->actions[i].subject))
			return true;
	for (size_t i = 0; host_is_live(host) && i < plan->command_count; i++) {
		_cleanup_free_ char *text = command_text(&plan->commands[i]);

		if (!strings_have(tried, text))
			return true;
	}
	return plan_has_changes(plan);
}

static void note_tried(const struct plan *plan, struct strings *tried)
{
	for (size_t i = 0; i < plan->action_count; i++)
		strings_add(tried, plan->actions[i].subject);
	for (size_t i = 0; i < plan->command_count; i++)
		strings_take(tried, command_text(&plan->commands[i]));
}

static void remark_list(const char *what, const struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		remark("%s %s", what, list->items[i]);
}

/* What is left when nothing more can be done now. */
static int finish(const struct round *round, const struct options *options,
		  const struct format *format)
{
	const struct plan *plan = &round->plan;
	int status = present(&round->outcome, options, format);

	remark_list("by hand:", &plan->by_hand);
	remark_list("refused:", &plan->refused);
	remark_list("left out:", &plan->withheld);
	remark_list("reboot:", &plan->reboot);
	for (size_t i = 0; !host_is_live(round->session.host) && i < plan->command_count; i++) {
		_cleanup_free_ char *text = command_text(&plan->commands[i]);

		remark("left to do on the host itself: %s", text);
	}
	return status;
}

/* Show, ask, apply; *ret_status is set when this was the last round. */
static bool go_on(const struct round *round, const struct options *options, int *ret_status)
{
	const struct style style = style_for_plan(options, STDERR_FILENO);
	_cleanup_free_ char *text = NULL;
	struct error error;
	size_t length;

	if (plan_as_text(round, &style, &text, &length, &error) < 0) {
		*ret_status = complain(&error);
		return false;
	}
	fputs(text, stderr);
	if (!options->yes && !asked_and_agreed()) {
		remark("nothing was changed");
		*ret_status = round->outcome.status;
		return false;
	}
	if (apply(round, &error) == 0)
		return true;
	complain(&error);
	*ret_status = error.code == -EPERM || error.code == -EBUSY || error.code == -EUCLEAN
			      ? STATUS_USAGE
			      : STATUS_FAILED;
	return false;
}

int fix_command(const struct options *options)
{
	const bool can_ask = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	_cleanup_strings_ struct strings tried = { 0 };
	const struct format *format;
	struct error error;
	struct round round;
	/* What fails now is not waited for: it is mended first. */
	unsigned wait = 0;
	int status = STATUS_FAILED;
	bool more = true;

	if (find_format(options, &format, &error) < 0)
		return complain(&error);
	for (int rounds = 0; more; rounds++) {
		if (round_begin(options, wait, &round, &error) < 0)
			return complain(&error);
		more = is_news(&round.plan, round.session.host, &tried) && rounds < MAX_ROUNDS;
		note_tried(&round.plan, &tried);
		if (options->dry_run || (more && !options->yes && !can_ask)) {
			status = only_show(&round, options);
			more = false;
		} else if (more) {
			more = go_on(&round, options, &status);
			if (starts_a_vm(&round.plan))
				wait = options->wait > GUEST_SECONDS ? options->wait
								     : GUEST_SECONDS;
		} else if (round.outcome.status && wait < options->wait) {
			wait = options->wait;
			more = true;
		} else {
			status = finish(&round, options, format);
		}
		round_end(&round);
	}
	return status;
}
