/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process that does what gpucheck does, over and over: what a run does not give back adds up.
 *
 *     soak-runs RUNS SAMPLES ARGUMENT... [+ ARGUMENT...]
 *
 * The runs take turns with the lists of arguments, each ended by "+". SAMPLES times, always when
 * the same list is next, a line tells the runs so far, the bytes in use, KiB in memory,
 * descriptors, threads, children that nobody waited for, and the sum of the statuses.
 */
#include "base/alloc.h"
#include "base/inherited.h"
#include "commands/commands.h"
#include "commands/present.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_LISTS = 128 };

static size_t count_entries(const char *folder)
{
	DIR *stream = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	while (stream && (entry = readdir(stream)))
		count += entry->d_name[0] != '.';
	if (stream)
		closedir(stream);
	return count;
}

static long resident_kib(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/statm", "re");
	long size = 0, resident = 0;

	if (!file || fscanf(file, "%ld %ld", &size, &resident) != 2)
		return -1;
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void tell(unsigned long runs, unsigned long statuses)
{
	const struct mallinfo2 heap = mallinfo2();
	const int children = waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;

	printf("%lu %zu %ld %zu %zu %d %lu\n", runs, heap.uordblks + heap.hblkhd, resident_kib(),
	       count_entries("/proc/self/fd") - 1, count_entries("/proc/self/task"), children,
	       statuses);
	fflush(stdout);
}

/* Each list as a command line of its own; how many. */
static size_t read_lists(char **words, struct options *ret)
{
	size_t count = 0;

	while (*words && count < MAX_LISTS) {
		/* The word before the arguments is the program's name. */
		char **begin = words - 1;
		struct error error;
		int length = 1;

		while (*words && strcmp(*words, "+") != 0) {
			words++;
			length++;
		}
		if (*words)
			*words++ = NULL;
		optind = 0;
		if (options_parse(length, begin, &ret[count++], &error) < 0)
			exit(complain(&error));
	}
	return count;
}

int main(int argc, char **argv)
{
	struct options lists[MAX_LISTS];
	unsigned long runs, samples, every, statuses = 0;
	size_t count;

	inherited_settle();
	/* Freed pieces that are kept for the next one of their size count as in use (mallinfo(3)).
	 */
	mallopt(M_MXFAST, 0);
	if (argc < 4)
		return EXIT_FAILURE;
	runs = strtoul(argv[1], NULL, 10);
	samples = strtoul(argv[2], NULL, 10);
	count = read_lists(argv + 3, lists);
	every = runs / (samples ? samples : 1) / count * count;
	if (every < count)
		every = count;
	for (unsigned long i = 0; i < runs; i++) {
		if (i % every == 0)
			tell(i, statuses);
		statuses += (unsigned long)check_command(&lists[i % count]);
	}
	tell(runs, statuses);
	for (size_t i = 0; i < count; i++)
		options_free(&lists[i]);
	return EXIT_SUCCESS;
}
