/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs of our own are asked, side by side. */
#include "host/process/program_call.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json_budget.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOMENT_MS = 1000 /* between looks at the clock, while nothing comes */ };

/* The dynamic loader ends a program by this status, in its name, where a library is missing. */
enum { STATUS_NOT_LOADED = 127 };

static void judge_status(struct program_call *call, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NOT_LOADED && call->package)
		error_set(&call->error, ELIBACC,
			  "%s is not installed, and %s needs it: apt install %s", call->package,
			  call->name, call->package);
	else if (!WIFEXITED(status) || WEXITSTATUS(status))
		error_set(&call->error, EPROTO, "%s ended by %s %d", call->name,
			  WIFEXITED(status) ? "status" : "signal",
			  WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

static void parse_answer(struct program_call *call)
{
	struct program *program = call->program;
	struct error why;
	int r = json_parse_within(program->text ? program->text : "", program->length,
				  call->memory ? call->memory : SIZE_MAX, &call->answer, &why);

	free(program->text);
	program->text = NULL;
	if (r < 0)
		error_set(&call->error, EPROTO, "%s gave no answer: %s", call->name, why.text);
}

/* End the program if it still runs, and judge what it left. */
static void finish(struct program_call *call)
{
	int status = program_finish(call->program, call->error.code != 0);

	if (!call->error.code)
		judge_status(call, status);
	if (!call->error.code)
		parse_answer(call);
}

static void take_output(struct program_call *call)
{
	struct program *program = call->program;
	ssize_t got;

	if (program->length == program->room) {
		program->room = program->room ? 2 * program->room : 1 << 16;
		program->text = xreallocarray(program->text, program->room, 1);
	}
	got = read(program->output, program->text + program->length,
		   program->room - program->length);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got > 0)
		program->length += (size_t)got;
	if (program->length > call->limit)
		error_set(&call->error, EFBIG, "%s: the answer is larger than %zu bytes",
			  call->name, call->limit);
	else if (got < 0)
		error_set_errno(&call->error, errno, "reading from %s", call->name);
	if (got <= 0 || call->error.code)
		finish(call);
}

static bool is_open(const struct program_call *call)
{
	return call->program && call->program->output >= 0;
}

/* Milliseconds until the first deadline; those behind it are ended. -1 when none runs. */
static int next_deadline(struct program_call *calls, size_t count)
{
	long long now = monotonic_ms(), next = -1;

	for (size_t i = 0; i < count; i++) {
		struct program_call *call = &calls[i];
		long long left;

		if (!is_open(call))
			continue;
		left = call->program->deadline - now;
		if (left <= 0) {
			error_set(&call->error, ETIMEDOUT, "no answer within %u seconds",
				  call->seconds);
			finish(call);
		} else if (next < 0 || left < next) {
			next = left;
		}
	}
	return (int)next;
}

/* Take what the programs say as it comes, and tell of every second; the seconds it took. */
static unsigned gather(struct program_call *calls, struct pollfd *polls, size_t count,
		       const struct teller *teller)
{
	const long long begin = monotonic_ms();
	unsigned told = 0;
	int wait;

	while ((wait = next_deadline(calls, count)) >= 0) {
		unsigned seconds = (unsigned)((monotonic_ms() - begin) / 1000);

		if (seconds > told)
			teller_tick(teller, told = seconds);
		for (size_t i = 0; i < count; i++)
			polls[i] = (struct pollfd){
				.fd = is_open(&calls[i]) ? calls[i].program->output : -1,
				.events = POLLIN,
			};
		if (poll(polls, count, wait < MOMENT_MS ? wait : MOMENT_MS) <= 0)
			continue;
		for (size_t i = 0; i < count; i++)
			if (polls[i].fd >= 0 && polls[i].revents)
				take_output(&calls[i]);
	}
	return (unsigned)((monotonic_ms() - begin) / 1000);
}

/* From here on its time counts. */
static void ask(struct program_call *call)
{
	int r = 0;

	call->answer = NULL;
	call->error = (struct error){ 0 };
	if (!call->program)
		call->program = program_start(call->name, call->request, &call->error);
	else
		r = program_send(call->program, call->request);
	if (!call->program)
		return;
	call->program->deadline = monotonic_ms() + 1000LL * call->seconds;
	if (r < 0) {
		error_set_errno(&call->error, r, "asking %s", call->name);
		finish(call);
	}
}

void program_call_all(struct program_call *calls, size_t count, const struct teller *teller,
		      const char *what)
{
	struct pollfd *polls = xcalloc(count, sizeof(*polls));

	if (count)
		teller_begin(teller, what);
	for (size_t i = 0; i < count; i++)
		ask(&calls[i]);
	if (count)
		teller_end(teller, true, gather(calls, polls, count, teller));
	for (size_t i = 0; i < count; i++) {
		program_end(calls[i].program);
		calls[i].program = NULL;
	}
	free(polls);
}
