/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz-replay TARGET FILE...: runs a fuzz target over inputs that are kept, without libFuzzer, so
 * that any compiler will do. A folder stands for the files in it. Prints how many inputs there
 * were; one that breaks a promise, or takes longer than it may, ends the program and is named.
 */
#include "base/alloc.h"
#include "base/strings.h"
#include "tests/fuzz/targets.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECONDS = 10 }; /* for one input */

static const char *current = "";

/* Only what a signal handler may call. */
static void name_input(int number)
{
	static const char words[] = "fails at ";
	const struct sigaction usual = { .sa_handler = SIG_DFL };

	if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0 ||
	    write(STDERR_FILENO, current, strlen(current)) < 0 || write(STDERR_FILENO, "\n", 1) < 0)
		_exit(EXIT_FAILURE);
	sigaction(number, &usual, NULL);
	raise(number);
}

static void watch_signals(void)
{
	static const int numbers[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM };
	const struct sigaction action = { .sa_handler = name_input };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		sigaction(numbers[i], &action, NULL);
}

static int replay_file(const struct fuzz_target *target, const char *path)
{
	_cleanup_fclose_ FILE *file = fopen(path, "r");
	_cleanup_free_ uint8_t *bytes = NULL;
	struct stat status;
	size_t size;

	if (!file || fstat(fileno(file), &status) < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	size = (size_t)status.st_size;
	bytes = xcalloc(size, 1);
	size = fread(bytes, 1, size, file);
	current = path;
	alarm(SECONDS);
	target->run(bytes, size);
	alarm(0);
	return 0;
}

/* How many inputs a path stands for; -1 where one cannot be read. */
static int replay(const struct fuzz_target *target, const char *path)
{
	_cleanup_strings_ struct strings names = { 0 };
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (!folder)
		return replay_file(target, path) < 0 ? -1 : 1;
	while ((entry = readdir(folder)))
		if (*entry->d_name != '.')
			strings_take(&names, xasprintf("%s/%s", path, entry->d_name));
	closedir(folder);
	strings_sort(&names);
	for (size_t i = 0; i < names.count; i++)
		if (replay_file(target, names.items[i]) < 0)
			return -1;
	return (int)names.count;
}

int main(int argc, char **argv)
{
	const struct fuzz_target *target = fuzz_targets;
	int inputs = 0;

	while (target->name && argc > 1 && strcmp(target->name, argv[1]) != 0)
		target++;
	if (argc < 2 || !target->name) {
		fprintf(stderr, "usage: fuzz-replay TARGET FILE...; targets:\n");
		for (target = fuzz_targets; target->name; target++)
			fprintf(stderr, "  %s\n", target->name);
		return EXIT_FAILURE;
	}
	watch_signals();
	for (int i = 2; i < argc; i++) {
		int count = replay(target, argv[i]);

		if (count < 0)
			return EXIT_FAILURE;
		inputs += count;
	}
	printf("%d inputs\n", inputs);
	return EXIT_SUCCESS;
}
