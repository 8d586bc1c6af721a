/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs of our own that speak with libvirt and guests. */
#include "host/process/program.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json_budget.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOMENT_MS = 1000 /* between looks at the clock, while nothing comes */ };

struct child {
	struct program_call *call;
	pid_t pid;
	int output; /* read end of its standard output, -1 when closed */
	char *text;
	size_t length, room;
	long long deadline; /* as monotonic_ms counts */
};

/* Beside the running program in a build folder, in the libexec folder once installed. */
static char *find_program(const char *name)
{
	char self[4096];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash, *path;

	self[length > 0 ? length : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash) {
		*slash = '\0';
		path = xasprintf("%s/%s", self, name);
		if (TEMP_FAILURE_RETRY(access(path, X_OK)) == 0)
			return path;
		free(path);
	}
	return xasprintf("%s/%s", GPUCHECK_LIBEXECDIR, name);
}

/* The request as a file in memory, so that a child that does not read cannot hold us. */
static int request_file(const json_t *request)
{
	_cleanup_free_ char *text = json_dumps(request, JSON_COMPACT);
	int descriptor = memfd_create("request", MFD_CLOEXEC);
	size_t length = text ? strlen(text) : 0;

	if (descriptor < 0)
		return -errno;
	if (!text || write(descriptor, text, length) != (ssize_t)length ||
	    TEMP_FAILURE_RETRY(lseek(descriptor, 0, SEEK_SET)) < 0) {
		close(descriptor);
		return -EIO;
	}
	return descriptor;
}

_Noreturn static void become(const char *path, const char *name, int input, int output)
{
	char *const arguments[] = { xstrdup(name), NULL };

	/* A group of its own: whatever it starts (ssh's ProxyCommand) ends with it. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0)
		execv(path, arguments);
	_exit(126);
}

static int start(struct child *child)
{
	struct program_call *call = child->call;
	_cleanup_free_ char *path = find_program(call->name);
	_cleanup_close_ int input = -1, output = -1;
	int ends[2];

	if (TEMP_FAILURE_RETRY(access(path, X_OK)) < 0)
		return error_set_errno(&call->error, errno, "%s", path);
	input = request_file(call->request);
	if (input < 0)
		return error_set_errno(&call->error, input, "asking %s", call->name);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(&call->error, errno, "asking %s", call->name);
	output = ends[1];
	child->pid = fork();
	if (child->pid == 0)
		become(path, call->name, input, output);
	if (child->pid < 0) {
		close(ends[0]);
		return error_set_errno(&call->error, errno, "starting %s", call->name);
	}
	setpgid(child->pid, child->pid);
	child->output = ends[0];
	child->deadline = monotonic_ms() + 1000LL * call->seconds;
	return 0;
}

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

/*
 * The status of the child, once nothing of its group is left: a ProxyCommand may outlive it, and is
 * then ours, as we are its subreaper. The group keeps its number until the child is waited for.
 */
static int end_group(pid_t child)
{
	siginfo_t ended;
	int status = 0;

	TEMP_FAILURE_RETRY(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT));
	kill(-child, SIGKILL);
	TEMP_FAILURE_RETRY(waitpid(child, &status, 0));
	while (TEMP_FAILURE_RETRY(waitpid(-child, NULL, 0)) > 0)
		;
	return status;
}

/* End the child if it still runs, and judge what it left. */
static void finish(struct child *child)
{
	struct program_call *call = child->call;
	struct error why;
	int status, r;

	if (call->error.code)
		kill(-child->pid, SIGKILL);
	close(child->output);
	child->output = -1;
	status = end_group(child->pid);
	if (!call->error.code)
		judge_status(call, status);
	if (call->error.code)
		return;
	r = json_parse_within(child->text ? child->text : "", child->length,
			      call->memory ? call->memory : SIZE_MAX, &call->answer, &why);
	free(child->text);
	child->text = NULL;
	if (r < 0)
		error_set(&call->error, EPROTO, "%s gave no answer: %s", call->name, why.text);
}

static void take_output(struct child *child)
{
	struct program_call *call = child->call;
	ssize_t got;

	if (child->length == child->room) {
		child->room = child->room ? 2 * child->room : 1 << 16;
		child->text = xreallocarray(child->text, child->room, 1);
	}
	got = read(child->output, child->text + child->length, child->room - child->length);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got > 0)
		child->length += (size_t)got;
	if (child->length > call->limit)
		error_set(&call->error, EFBIG, "%s: the answer is larger than %zu bytes",
			  call->name, call->limit);
	else if (got < 0)
		error_set_errno(&call->error, errno, "reading from %s", call->name);
	if (got <= 0 || call->error.code)
		finish(child);
}

/* Milliseconds until the first deadline; those behind it are ended. -1 when none runs. */
static int next_deadline(struct child *children, size_t count)
{
	long long now = monotonic_ms(), next = -1;

	for (size_t i = 0; i < count; i++) {
		struct child *child = &children[i];

		if (child->output < 0)
			continue;
		if (child->deadline <= now) {
			error_set(&child->call->error, ETIMEDOUT, "no answer within %u seconds",
				  child->call->seconds);
			finish(child);
		} else if (next < 0 || child->deadline - now < next) {
			next = child->deadline - now;
		}
	}
	return (int)next;
}

/* Take what the children say as it comes, and tell of every second; the seconds it took. */
static unsigned gather(struct child *children, struct pollfd *polls, size_t count,
		       const struct teller *teller)
{
	const long long begin = monotonic_ms();
	unsigned told = 0;
	int wait;

	while ((wait = next_deadline(children, count)) >= 0) {
		unsigned seconds = (unsigned)((monotonic_ms() - begin) / 1000);

		if (seconds > told)
			teller_tick(teller, told = seconds);
		for (size_t i = 0; i < count; i++)
			polls[i] = (struct pollfd){ .fd = children[i].output, .events = POLLIN };
		if (poll(polls, count, wait < MOMENT_MS ? wait : MOMENT_MS) <= 0)
			continue;
		for (size_t i = 0; i < count; i++)
			if (polls[i].fd >= 0 && polls[i].revents)
				take_output(&children[i]);
	}
	return (unsigned)((monotonic_ms() - begin) / 1000);
}

void program_call_all(struct program_call *calls, size_t count, const struct teller *teller,
		      const char *what)
{
	struct child *children = xcalloc(count, sizeof(*children));
	struct pollfd *polls = xcalloc(count, sizeof(*polls));

	if (count)
		teller_begin(teller, what);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (size_t i = 0; i < count; i++) {
		calls[i].answer = NULL;
		calls[i].error = (struct error){ 0 };
		children[i] = (struct child){ .call = &calls[i], .output = -1 };
		start(&children[i]);
	}
	if (count)
		teller_end(teller, true, gather(children, polls, count, teller));
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	for (size_t i = 0; i < count; i++)
		free(children[i].text);
	free(children);
	free(polls);
}

const char *answer_string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

uint64_t answer_number(const json_t *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(object, key));

	return number > 0 ? (uint64_t)number : 0;
}
