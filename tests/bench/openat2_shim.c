/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For LD_PRELOAD below Valgrind, which knows no openat2(2) before its version 3.21: the same by
 * openat(2). Links are then resolved by the machine's own root, so it is good for roots without
 * absolute ones only.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

long syscall(long number, ...)
{
	const struct open_how *how;
	const char *path;
	int directory;
	va_list list;

	va_start(list, number);
	directory = va_arg(list, int);
	path = va_arg(list, const char *);
	how = va_arg(list, const struct open_how *);
	va_end(list);
	if (number != SYS_openat2) {
		errno = ENOSYS;
		return -1;
	}
	return openat(directory, path, (int)how->flags);
}
