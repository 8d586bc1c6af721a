/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of the host: nothing of ours reaches them but what is meant to, and they end in time. */
#include "host/process/command.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "tests/unit/suites.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT = 10, TEST_SECONDS = 30, ODD_DESCRIPTOR = 57 };

/* Ticks as they came. */
static struct {
	unsigned seconds[8];
	size_t count;
} ticks;

static void tick(void *data, unsigned seconds)
{
	ck_assert_ptr_eq(data, &ticks);
	ck_assert_uint_lt(ticks.count, ARRAY_SIZE(ticks.seconds));
	ticks.seconds[ticks.count++] = seconds;
}

static struct command command_of(unsigned seconds, const char *path, const char *option,
				 const char *script)
{
	struct command command = { .seconds = seconds };

	strings_add(&command.words, path);
	if (option)
		strings_add(&command.words, option);
	if (script)
		strings_add(&command.words, script);
	return command;
}

static int run_with(struct command *command, struct command_watch *watch, struct error *error)
{
	int r = command_run(command, watch, error);

	command_free(command);
	return r;
}

/* A line of shell; its status, and all it printed. */
static int run(const char *script, unsigned seconds, int keep, char **ret)
{
	struct command command = command_of(seconds, "/bin/sh", "-c", script);
	_cleanup_close_ int output = memfd_create("output", MFD_CLOEXEC);
	struct command_watch watch = {
		.tick = tick, .data = &ticks, .output = output, .keep = keep
	};
	struct error error;
	int status = run_with(&command, &watch, &error);

	if (ret) {
		*ret = xcalloc(4096, 1);
		ck_assert_int_ge(pread(output, *ret, 4095, 0), 0);
	}
	return status;
}

static void expect(const char *script, int status, const char *expected)
{
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(run(script, LIMIT, -1, &text), status);
	ck_assert_str_eq(text, expected);
}

START_TEST(status_and_signal_are_told)
{
	expect("exit 0", 0, "");
	expect("exit 7", 7, "");
	expect("kill -KILL $$", 128 + SIGKILL, "");
	expect("kill -TERM $$", 128 + SIGTERM, "");
}
END_TEST

START_TEST(output_and_errors_go_where_they_should)
{
	expect("echo one; echo two >&2; echo three", 0, "one\ntwo\nthree\n");
}
END_TEST

START_TEST(what_cannot_be_started_is_an_error)
{
	static const struct {
		const char *path;
		int code;
	} cases[] = { { "/nothing/here", -ENOENT }, { "/etc/passwd", -EACCES } };
	char file[] = "/tmp/gpucheck-unit-XXXXXX";
	struct command_watch watch = { .output = -1, .keep = -1 };
	struct command command;
	struct error error;
	int descriptor;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		command = command_of(LIMIT, cases[i].path, NULL, NULL);
		ck_assert_int_eq(run_with(&command, &watch, &error), cases[i].code);
		ck_assert_ptr_nonnull(strstr(error.text, cases[i].path));
	}
	/* No program, though its mode says so: as a shell tells it. */
	descriptor = mkstemp(file);
	ck_assert_int_eq(fchmod(descriptor, 0700), 0);
	close(descriptor);
	command = command_of(LIMIT, file, NULL, NULL);
	ck_assert_int_eq(run_with(&command, &watch, &error), 127);
	unlink(file);
}
END_TEST

START_TEST(environment_is_clean)
{
	struct command command = command_of(LIMIT, "/usr/bin/env", NULL, NULL);
	_cleanup_free_ char *text = NULL;
	int status;

	setenv("LD_PRELOAD_OF_THE_CALLER", "evil", 1);
	setenv("PATH", "/evil", 1);
	ck_assert_int_eq(command_read(&command, 4096, &text, &status, NULL), 0);
	command_free(&command);
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(text, "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n"
			       "LC_ALL=C.UTF-8\n"
			       "HOME=/root\n");
}
END_TEST

START_TEST(place_input_mask_and_signals_are_its_own)
{
	sigset_t all;

	umask(077);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	/* The shell blocks signals itself while it starts another program. */
	expect("readlink /proc/$$/fd/0; pwd; umask\n"
	       "while read -r name value; do case $name in SigBlk:|SigIgn:) echo $name $value; esac\n"
	       "done </proc/$$/status",
	       0, "/dev/null\n/\n0022\nSigBlk: 0000000000000000\nSigIgn: 0000000000000000\n");
}
END_TEST

/* The shell's own descriptors; the one by which it lists them is closed again then. */
#define LIST "for at in /proc/$$/fd/*; do [ -e $at ] && echo ${at##*/}; done; :"

START_TEST(descriptors_are_only_those_named)
{
	_cleanup_free_ char *text = NULL, *expected = NULL;
	_cleanup_close_ int kept = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct command command = command_of(LIMIT, "/bin/sh", "-c", LIST);
	int status;

	/* As a caller leaves one open. */
	ck_assert_int_eq(dup2(kept, ODD_DESCRIPTOR), ODD_DESCRIPTOR);
	expect(LIST, 0, "0\n1\n2\n");
	ck_assert_int_eq(run(LIST, LIMIT, kept, &text), 0);
	expected = xasprintf("0\n1\n2\n%d\n", kept);
	ck_assert_str_eq(text, expected);
	free(text);
	command.inherited[0] = ODD_DESCRIPTOR;
	command.inherited_count = 1;
	ck_assert_int_eq(command_read(&command, 4096, &text, &status, NULL), 0);
	ck_assert_str_eq(text, "0\n1\n2\n57\n");
	command_free(&command);
	close(ODD_DESCRIPTOR);
}
END_TEST

START_TEST(what_it_leaves_behind_holds_the_kept_descriptor)
{
	struct pollfd end = { .events = POLLIN };
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(run("sleep 1 &", LIMIT, ends[1], NULL), 0);
	close(ends[1]);
	end.fd = ends[0];
	ck_assert_int_eq(poll(&end, 1, 0), 0);
	ck_assert_int_eq(poll(&end, 1, 1000 * LIMIT), 1);
	ck_assert_int_eq(end.revents & POLLHUP, POLLHUP);
	close(ends[0]);
}
END_TEST

static char state_of(long pid)
{
	_cleanup_free_ char *path = xasprintf("/proc/%ld/stat", pid);
	_cleanup_fclose_ FILE *file = fopen(path, "r");
	char state = 'X';

	return file && fscanf(file, "%*d (%*[^)]) %c", &state) == 1 ? state : 'X';
}

/* Dead soon, whether or not somebody waited for it. */
static bool is_gone(long pid)
{
	for (int tries = 0; tries < 100 && !strchr("XZ", state_of(pid)); tries++)
		usleep(10000);
	return strchr("XZ", state_of(pid));
}

START_TEST(time_limit_ends_the_whole_session)
{
	_cleanup_free_ char *text = NULL;
	long long begin = monotonic_ms();
	char *at;
	long pid;

	/* A child, one that does not listen, one in a process group of its own, a grandchild. */
	ck_assert_int_eq(run("sleep 300 & echo $!; (trap '' TERM; sleep 300) & echo $!\n"
			     "timeout 300 sleep 300 & echo $!\n"
			     "sh -c 'sleep 300 & echo $!; wait' & echo $!; wait",
			     1, -1, &text),
			 -ETIMEDOUT);
	ck_assert_int_ge(monotonic_ms() - begin, 1000);
	ck_assert_int_lt(monotonic_ms() - begin, 1000 * LIMIT);
	at = text;
	for (int i = 0; i < 5; i++) {
		pid = strtol(at, &at, 10);
		ck_assert_int_gt(pid, 0);
		ck_assert_msg(is_gone(pid), "%ld is left of:\n%s", pid, text);
	}
}
END_TEST

START_TEST(ticks_come_once_a_second_and_at_the_end)
{
	ck_assert_int_eq(run("sleep 2.5", LIMIT, -1, NULL), 0);
	ck_assert_uint_eq(ticks.count, 3);
	ck_assert_uint_eq(ticks.seconds[0], 1);
	ck_assert_uint_eq(ticks.seconds[1], 2);
	ck_assert_uint_eq(ticks.seconds[2], 2);
}
END_TEST

START_TEST(a_caller_that_ignores_children_gets_the_status)
{
	signal(SIGCHLD, SIG_IGN);
	expect("exit 3", 3, "");
}
END_TEST

static volatile sig_atomic_t interrupts;

static void count_interrupt(int signal_number)
{
	(void)signal_number;
	interrupts++;
}

START_TEST(interrupt_of_the_terminal_does_not_reach_it)
{
	int terminal, status, ready[2];
	char byte;
	pid_t child;

	ck_assert_int_eq(pipe(ready), 0);
	child = forkpty(&terminal, NULL, NULL, NULL);
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		struct sigaction action = { .sa_handler = count_interrupt, .sa_flags = SA_RESTART };

		sigaction(SIGINT, &action, NULL);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		status = run("sleep 1; exit 5", LIMIT, -1, NULL);
		_exit(status == 5 && interrupts ? 0 : 1);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	usleep(300000);
	ck_assert_int_eq(write(terminal, "\003", 1), 1);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	close(terminal);
}
END_TEST

START_TEST(reading_is_bounded)
{
	struct command command = command_of(LIMIT, "/bin/sh", "-c", "echo 12345; exit 4");
	struct error error;
	char *text = NULL;
	int status = -1;

	ck_assert_int_eq(command_read(&command, 5, &text, &status, &error), -EFBIG);
	ck_assert_ptr_null(text);
	ck_assert_int_eq(status, -1);
	ck_assert_int_eq(command_read(&command, 6, &text, &status, &error), 0);
	ck_assert_str_eq(text, "12345\n");
	ck_assert_int_eq(status, 4);
	free(text);
	command_free(&command);
}
END_TEST

START_TEST(text_is_as_a_person_types_it)
{
	struct command command = command_of(LIMIT, "/usr/sbin/update-initramfs", "-k", "all here");
	_cleanup_free_ char *text = command_text(&command);

	ck_assert_str_eq(text, "update-initramfs -k 'all here'");
	command_free(&command);
}
END_TEST

Suite *command_suite(void)
{
	const TTest *const tests[] = {
		status_and_signal_are_told,
		output_and_errors_go_where_they_should,
		what_cannot_be_started_is_an_error,
		environment_is_clean,
		place_input_mask_and_signals_are_its_own,
		descriptors_are_only_those_named,
		what_it_leaves_behind_holds_the_kept_descriptor,
		time_limit_ends_the_whole_session,
		ticks_come_once_a_second_and_at_the_end,
		a_caller_that_ignores_children_gets_the_status,
		interrupt_of_the_terminal_does_not_reach_it,
		reading_is_bounded,
		text_is_as_a_person_types_it,
		NULL,
	};
	Suite *suite = suite_create("command");
	TCase *tcase = tcase_create("command");

	tcase_set_timeout(tcase, TEST_SECONDS);
	for (size_t i = 0; tests[i]; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return suite;
}
