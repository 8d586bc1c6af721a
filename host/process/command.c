/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of the host's own, run without a shell. */
#include "host/process/command.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAP_US = 20000, LOOK_MS = 200, STATUS_OF_SIGNAL = 128, KILL_TRIES = 50 };

/* Nothing of the caller's environment decides what runs as root. */
static char *const clean_environment[] = {
	(char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" },
	(char[]){ "LC_ALL=C.UTF-8" },
	(char[]){ "HOME=/root" },
	NULL,
};

_Noreturn static void become(const struct command *command, const struct command_watch *watch)
{
	char **arguments = xcalloc(command->words.count + 1, sizeof(*arguments));
	int input = open("/dev/null", O_RDWR | O_CLOEXEC);
	int output = watch->output >= 0 ? watch->output : input;
	sigset_t none;

	for (size_t i = 0; i < command->words.count; i++)
		arguments[i] = command->words.items[i];
	setsid();
	/* What gpucheck ignores, so that it can finish, or its own caller did, its commands must
	 * not. */
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	/* A kernel before 5.11 leaves it what our own caller left open. */
	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	if (watch->keep >= 0)
		fcntl(watch->keep, F_SETFD, 0);
	for (size_t i = 0; i < command->inherited_count; i++)
		fcntl(command->inherited[i], F_SETFD, 0);
	if (chdir("/") == 0 && dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
	    dup2(output, STDERR_FILENO) >= 0)
		execve(arguments[0], arguments, clean_environment);
	_exit(127);
}

/* 1 once the child has ended, 0 while it runs. */
static int has_ended(pid_t child, int *status, int flags)
{
	pid_t got;

	do
		got = waitpid(child, status, flags);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got != 0;
}

/* Sleep until the child has ended, or it is time to look at the clock; a signal wakes too. */
static void await_end(int process)
{
	struct pollfd ended = { .fd = process, .events = POLLIN };

	/* Without such a descriptor (a kernel before 5.3, a sandbox) short naps have to do. */
	poll(&ended, 1, process < 0 ? NAP_US / 1000 : LOOK_MS);
}

/* False once nothing but its leader is in the session. */
static bool kill_members(pid_t session)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (processes && (entry = readdir(processes))) {
		pid_t process = (pid_t)strtol(entry->d_name, NULL, 10);

		found |= process > 0 && process != session && getsid(process) == session &&
			 kill(process, SIGKILL) == 0;
	}
	if (processes)
		closedir(processes);
	return found;
}

/*
 * Job control and timeout(1) make process groups: the group is less than the session. The leader is
 * not waited for yet, so that its number is nobody else's.
 */
static void kill_session(pid_t leader)
{
	kill(-leader, SIGKILL);
	for (int tries = 0; tries < KILL_TRIES && kill_members(leader); tries++)
		usleep(NAP_US);
}

int command_run(const struct command *command, const struct command_watch *watch,
		struct error *error)
{
	const char *path = command->words.items[0];
	const long long begin = monotonic_ms(), end = begin + 1000LL * command->seconds;
	_cleanup_close_ int process = -1;
	unsigned told = 0;
	int status = 0, r;
	pid_t child;

	if (access(path, X_OK) < 0)
		return error_set_errno(error, errno, "%s", path);
	/* Where the caller had it ignored, no status would be left to wait for. */
	signal(SIGCHLD, SIG_DFL);
	child = fork();
	if (child == 0)
		become(command, watch);
	if (child < 0)
		return error_set_errno(error, errno, "starting %s", path);
	process = (int)syscall(SYS_pidfd_open, child, 0);
	while ((r = has_ended(child, &status, WNOHANG)) == 0) {
		unsigned seconds = (unsigned)((monotonic_ms() - begin) / 1000);

		if (monotonic_ms() >= end) {
			kill_session(child);
			has_ended(child, &status, 0);
			return error_set(error, ETIMEDOUT, "%s: not done within %u seconds", path,
					 command->seconds);
		}
		if (watch->tick && seconds > told)
			watch->tick(watch->data, told = seconds);
		await_end(process);
	}
	if (r < 0)
		return error_set_errno(error, r, "waiting for %s", path);
	if (watch->tick)
		watch->tick(watch->data, (unsigned)((monotonic_ms() - begin) / 1000));
	return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_OF_SIGNAL + WTERMSIG(status);
}

int command_read(const struct command *command, size_t limit, char **ret, int *ret_status,
		 struct error *error)
{
	_cleanup_close_ int output = memfd_create("output", MFD_CLOEXEC);
	struct command_watch watch = { .output = output, .keep = -1 };
	_cleanup_free_ char *text = NULL;
	off_t length;
	int status;

	if (output < 0)
		return error_set_errno(error, errno, "%s", command->words.items[0]);
	status = command_run(command, &watch, error);
	if (status < 0)
		return status;
	length = lseek(output, 0, SEEK_END);
	if (length < 0 || (size_t)length > limit)
		return error_set(error, EFBIG, "%s: says more than %zu bytes",
				 command->words.items[0], limit);
	text = xcalloc((size_t)length + 1, 1);
	if (pread(output, text, (size_t)length, 0) != length)
		return error_set_errno(error, EIO, "%s", command->words.items[0]);
	*ret = text;
	text = NULL;
	*ret_status = status;
	return 0;
}

char *command_text(const struct command *command)
{
	_cleanup_strings_ struct strings words = { 0 };
	const char *path = command->words.items[0], *slash = strrchr(path, '/');

	for (size_t i = 0; i < command->words.count; i++)
		strings_take(&words, shell_word(i       ? command->words.items[i]
						: slash ? slash + 1
							: path));
	return strings_join(&words, " ");
}

void command_free(struct command *command)
{
	strings_free(&command->words);
}
