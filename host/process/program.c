/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs of our own: started, given their request, ended with all they started. */
#include "host/process/program.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* Both ends for a request that is not known yet: a socket, for a write to it raises no signal. */
static int request_later(int *ret_ours)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	*ret_ours = ends[0];
	return ends[1];
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

struct program *program_start(const char *name, const json_t *request, struct error *error)
{
	_cleanup_free_ char *path = find_program(name);
	_cleanup_close_ int input = -1, output = -1, ours = -1;
	struct program *program;
	int ends[2];
	pid_t pid;

	if (TEMP_FAILURE_RETRY(access(path, X_OK)) < 0) {
		error_set_errno(error, errno, "%s", path);
		return NULL;
	}
	input = request ? request_file(request) : request_later(&ours);
	if (input < 0 || pipe2(ends, O_CLOEXEC) < 0) {
		error_set_errno(error, input < 0 ? input : errno, "asking %s", name);
		return NULL;
	}
	output = ends[1];
	/* What a program leaves behind becomes ours, to be ended with it. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (pid == 0)
		become(path, name, input, output);
	if (pid < 0) {
		error_set_errno(error, errno, "starting %s", name);
		close(ends[0]);
		return NULL;
	}
	setpgid(pid, pid);
	program = xcalloc(1, sizeof(*program));
	*program = (struct program){ .pid = pid, .request = ours, .output = ends[0] };
	ours = -1;
	return program;
}

int program_send(struct program *program, const json_t *request)
{
	_cleanup_free_ char *text = program->request < 0 ? NULL : json_dumps(request, JSON_COMPACT);
	ssize_t sent;
	int r;

	if (program->request < 0)
		return 0;
	if (!text)
		return -EINVAL;
	sent = TEMP_FAILURE_RETRY(
		send(program->request, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT));
	r = sent < 0 ? -errno : (size_t)sent < strlen(text) ? -EMSGSIZE : 0;
	close(program->request);
	program->request = -1;
	/* One that has ended meanwhile has a status that tells why. */
	return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

/*
 * The status of the program, once nothing of its group is left: a ProxyCommand may outlive it, and
 * is then ours, as we are its subreaper. The group keeps its number until the program is waited
 * for.
 */
static int end_group(pid_t program)
{
	siginfo_t ended;
	int status = 0;

	TEMP_FAILURE_RETRY(waitid(P_PID, (id_t)program, &ended, WEXITED | WNOWAIT));
	kill(-program, SIGKILL);
	TEMP_FAILURE_RETRY(waitpid(program, &status, 0));
	while (TEMP_FAILURE_RETRY(waitpid(-program, NULL, 0)) > 0)
		;
	return status;
}

int program_finish(struct program *program, bool at_once)
{
	if (at_once)
		kill(-program->pid, SIGKILL);
	close(program->output);
	program->output = -1;
	return end_group(program->pid);
}

void program_end(struct program *program)
{
	if (!program)
		return;
	if (program->output >= 0)
		program_finish(program, true);
	if (program->request >= 0)
		close(program->request);
	free(program->text);
	free(program);
}
