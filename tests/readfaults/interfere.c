/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command and lets one of the system calls that it or its children read with fail, or get
 * less than it asked for.
 *
 *   interfere LOG - COMMAND...                      every such call goes to LOG
 *   interfere LOG PROGRAM:CALL:N:ERRNO COMMAND...   PROGRAM's N-th CALL returns -ERRNO, unmade
 *   interfere LOG PROGRAM:CALL:N:+BYTES COMMAND...  its buffer has BYTES at most
 *
 * A line of LOG is PROGRAM, CALL, N, result and what it was about, with tabs between them; with a
 * point there is that of the call that was met, and those of what was opened after it. N counts a
 * program's calls of one name from 1, those of all processes that run it together. strace(1) could
 * inject the errors, many times slower, and cannot shorten a read. The exit status is the
 * command's; 128 and the signal that ended it.
 */
#include <errno.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ALL_EVENTS = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD |
		     PTRACE_O_EXITKILL
};
enum { MAX_CALLS = 24, MAX_PROGRAMS = 32, MAX_TASKS = 512, OWN_FAILURE = 126, SYSCALL_STOP = 0x80 };

/* What reads files, links, folders, and what another process says. */
static const struct reading {
	const char *name;
	unsigned number;
	int path;       /* the argument that is one; -1: none */
	int descriptor; /* the same */
	int room;       /* the argument that is a buffer's size; -1: none */
} readings[] = {
	{ "openat2", SYS_openat2, 1, 0, -1 },
	{ "openat", SYS_openat, 1, 0, -1 },
	{ "read", SYS_read, -1, 0, 2 },
	{ "pread64", SYS_pread64, -1, 0, 2 },
	{ "getdents64", SYS_getdents64, -1, 0, 2 },
	{ "readlinkat", SYS_readlinkat, 1, 0, -1 },
	{ "readlink", SYS_readlink, 0, -1, -1 },
	{ "newfstatat", SYS_newfstatat, 1, 0, -1 },
	{ "fstat", SYS_fstat, -1, 0, -1 },
	{ "statx", SYS_statx, 1, 0, -1 },
	{ "access", SYS_access, 0, -1, -1 },
	{ "faccessat", SYS_faccessat, 1, 0, -1 },
	{ "faccessat2", SYS_faccessat2, 1, 0, -1 },
	{ "statfs", SYS_statfs, 0, -1, -1 },
	{ "fstatfs", SYS_fstatfs, -1, 0, -1 },
	{ "lseek", SYS_lseek, -1, 0, -1 },
	{ "fcntl", SYS_fcntl, -1, 0, -1 },
	{ "socket", SYS_socket, -1, -1, -1 },
	{ "connect", SYS_connect, -1, 0, -1 },
	{ "recvfrom", SYS_recvfrom, -1, 0, 2 },
	{ "recvmsg", SYS_recvmsg, -1, 0, -1 },
	{ "poll", SYS_poll, -1, -1, -1 },
	{ "ppoll", SYS_ppoll, -1, -1, -1 },
};

enum { OPENING = SYS_openat2 };
enum { READINGS = sizeof(readings) / sizeof(*readings) };
_Static_assert((int)READINGS <= (int)MAX_CALLS, "counted in arrays of that size");

/* How often a program has made each call. */
struct program {
	char name[NAME_MAX + 1];
	unsigned long counts[MAX_CALLS];
};

/* A call that was entered, and whose result is waited for. */
struct entered {
	pid_t task; /* 0: none */
	const struct program *program;
	const struct reading *reading;
	unsigned long count;
	char about[PATH_MAX + 64];
};

struct point {
	char program[NAME_MAX + 1];
	const struct reading *reading; /* NULL: none, all are written down */
	unsigned long count;
	int code;           /* errno */
	unsigned long room; /* bytes, where code is 0 */
};

struct watch {
	FILE *log;
	struct point point;
	bool met;
	struct program programs[MAX_PROGRAMS];
	struct entered entered[MAX_TASKS];
};

_Noreturn static void give_up(const char *what)
{
	fprintf(stderr, "interfere: %s: %s\n", what, strerror(errno));
	exit(OWN_FAILURE);
}

static const struct reading *reading_named(const char *name)
{
	for (size_t i = 0; i < READINGS; i++)
		if (!strcmp(readings[i].name, name))
			return &readings[i];
	errno = EINVAL;
	give_up(name);
}

static struct point parse_point(char *text)
{
	struct point point = { 0 };
	char *program, *call, *count, *what;

	if (!strcmp(text, "-"))
		return point;
	program = strtok(text, ":");
	call = strtok(NULL, ":");
	count = strtok(NULL, ":");
	what = strtok(NULL, ":");
	errno = EINVAL;
	if (!what || strlen(program) > NAME_MAX)
		give_up("the point");
	strcpy(point.program, program);
	point.reading = reading_named(call);
	point.count = strtoul(count, NULL, 10);
	if (*what == '+')
		point.room = strtoul(what + 1, NULL, 10);
	else
		point.code = (int)strtol(what, NULL, 10);
	return point;
}

/* In the child: the kernel stops it at these calls only. */
static void install_filter(const struct point *point)
{
	struct sock_filter code[2 * MAX_CALLS + 2];
	unsigned short length = 0;
	struct sock_fprog program = { .filter = code };

	code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						      offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < READINGS; i++) {
		if (point->reading && point->reading != &readings[i] &&
		    readings[i].number != OPENING)
			continue;
		code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							      readings[i].number, 0, 1);
		code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	}
	code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = length;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		give_up("seccomp");
}

static pid_t start(const struct point *point, char **command)
{
	pid_t child = fork();

	if (child < 0)
		give_up("fork");
	if (child > 0)
		return child;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		give_up("ptrace");
	raise(SIGSTOP);
	install_filter(point);
	execv(command[0], command);
	give_up(command[0]);
}

static struct program *program_of(struct watch *watch, pid_t task)
{
	char link[64], path[PATH_MAX] = "?";
	const char *name;

	snprintf(link, sizeof(link), "/proc/%d/exe", task);
	if (readlink(link, path, sizeof(path) - 1) < 0)
		give_up(link);
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	for (size_t i = 0; i < MAX_PROGRAMS; i++) {
		struct program *program = &watch->programs[i];

		if (!*program->name)
			snprintf(program->name, sizeof(program->name), "%.*s",
				 (int)sizeof(program->name) - 1, name);
		if (!strcmp(program->name, name))
			return program;
	}
	errno = E2BIG;
	give_up("too many programs");
}

/* Readable text of memory that may end anywhere. */
static void read_path(pid_t task, uint64_t address, char *ret, size_t room)
{
	for (size_t length = 0; length + 1 < room; length++) {
		struct iovec here = { ret + length, 1 };
		struct iovec there = { (void *)(uintptr_t)(address + length), 1 };

		ret[length + 1] = '\0';
		if (process_vm_readv(task, &here, 1, &there, 1, 0) != 1)
			ret[length] = '\0';
		if (!ret[length])
			return;
		if ((unsigned char)ret[length] < ' ')
			ret[length] = '?';
	}
}

/* "/folder|path" of a call relative to a folder, else one of the two. */
static void tell_about(pid_t task, const struct reading *reading, const uint64_t *arguments,
		       char *ret, size_t room)
{
	char link[64], base[PATH_MAX] = "";
	size_t length;

	if (reading->descriptor >= 0 && (int)arguments[reading->descriptor] >= 0) {
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", task,
			 (int)arguments[reading->descriptor]);
		if (readlink(link, base, sizeof(base) - 1) < 0)
			strcpy(base, "?");
	}
	snprintf(ret, room, "%s%s", base, reading->path >= 0 ? "|" : "");
	length = strlen(ret);
	if (reading->path >= 0)
		read_path(task, arguments[reading->path], ret + length, room - length);
}

static struct entered *slot_of(struct watch *watch, pid_t task)
{
	for (size_t i = 0; i < MAX_TASKS; i++)
		if (watch->entered[i].task == task)
			return &watch->entered[i];
	errno = E2BIG;
	give_up("too many tasks");
}

static void write_down(struct watch *watch, const struct entered *entered, long long result)
{
	fprintf(watch->log, "%s\t%s\t%lu\t%lld\t%s\n", entered->program->name,
		entered->reading->name, entered->count, result, entered->about);
}

#if defined(__x86_64__)
/* The call is not made and returns result, or is made with one argument changed. */
static void bend(pid_t task, const struct point *point)
{
	struct user_regs_struct registers;
	unsigned long long *const arguments[] = { &registers.rdi, &registers.rsi, &registers.rdx };
	unsigned long long *room;

	if (ptrace(PTRACE_GETREGS, task, NULL, &registers) < 0)
		give_up("registers");
	if (point->code) {
		registers.orig_rax = ~0ULL;
		registers.rax = (unsigned long long)-(long long)point->code;
	} else {
		room = arguments[point->reading->room];
		if (*room > point->room)
			*room = point->room;
	}
	if (ptrace(PTRACE_SETREGS, task, NULL, &registers) < 0)
		give_up("registers");
}
#else
#error "where the arguments of a system call stand is known for x86-64 only"
#endif

static bool is_point(const struct point *point, const struct program *program, size_t index)
{
	return point->reading == &readings[index] && program->counts[index] == point->count &&
	       !strcmp(program->name, point->program);
}

/* A call is about to be made; how the task is resumed. */
static enum __ptrace_request on_call(struct watch *watch, pid_t task)
{
	struct __ptrace_syscall_info info;
	struct program *program = program_of(watch, task);
	const struct point *point = &watch->point;
	struct entered *entered;
	size_t index = 0;
	bool is_it;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, task, (void *)sizeof(info), &info) < 0)
		return PTRACE_CONT; /* killed meanwhile */
	while (index < READINGS && readings[index].number != info.seccomp.nr)
		index++;
	if (index == READINGS)
		return PTRACE_CONT;
	program->counts[index]++;
	is_it = is_point(point, program, index);
	if (point->reading && !is_it && !(watch->met && readings[index].number == OPENING))
		return PTRACE_CONT;
	entered = slot_of(watch, 0);
	*entered = (struct entered){
		.task = task,
		.program = program,
		.reading = &readings[index],
		.count = program->counts[index],
	};
	tell_about(task, entered->reading, info.seccomp.args, entered->about,
		   sizeof(entered->about));
	if (is_it)
		bend(task, point);
	watch->met |= is_it;
	return PTRACE_SYSCALL;
}

static enum __ptrace_request on_result(struct watch *watch, pid_t task)
{
	struct entered *entered = slot_of(watch, task);
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, task, (void *)sizeof(info), &info) >= 0 &&
	    info.op == PTRACE_SYSCALL_INFO_EXIT)
		write_down(watch, entered, info.exit.rval);
	entered->task = 0;
	return PTRACE_CONT;
}

/* The signal that a stopped task is to get. */
static int signal_of(int status)
{
	const int signal = WSTOPSIG(status);

	/* Every new task begins with a stop that nobody sent. */
	return status >> 16 || signal == SIGSTOP || signal == SIGTRAP ? 0 : signal;
}

static int follow(struct watch *watch, pid_t child)
{
	int status;
	pid_t task;

	while ((task = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		enum __ptrace_request how = PTRACE_CONT;

		if (task > 0 && !WIFSTOPPED(status)) {
			if (task == child)
				return status;
			continue;
		}
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8))
			how = on_call(watch, task);
		else if (WSTOPSIG(status) == (SIGTRAP | SYSCALL_STOP))
			how = on_result(watch, task);
		ptrace((enum __ptrace_request)how, task, NULL,
		       (void *)(intptr_t)(WSTOPSIG(status) & SYSCALL_STOP ? 0 : signal_of(status)));
	}
	give_up("waitpid");
}

int main(int argc, char **argv)
{
	static struct watch watch;
	pid_t child;
	int status;

	if (argc < 4) {
		fprintf(stderr, "usage: interfere LOG POINT COMMAND...\n");
		return OWN_FAILURE;
	}
	watch.log = fopen(argv[1], "we");
	if (!watch.log)
		give_up(argv[1]);
	watch.point = parse_point(argv[2]);
	child = start(&watch.point, argv + 3);
	if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)(intptr_t)ALL_EVENTS) < 0 ||
	    ptrace(PTRACE_CONT, child, NULL, NULL) < 0)
		give_up("ptrace");
	status = follow(&watch, child);
	fclose(watch.log);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
