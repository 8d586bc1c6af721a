/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What modprobe is told to do with modules, as kmod reads it (modprobe.d(5); kmod's
 * libkmod/libkmod-config.c). It says nothing of a module that is built into the kernel.
 */
#ifndef GPUCHECK_HOST_MODULES_MODPROBE_H
#define GPUCHECK_HOST_MODULES_MODPROBE_H

#include "base/error.h"
#include "base/strings.h"
#include "host/host.h"

#include <stdbool.h>
#include <stddef.h>

enum modprobe_command {
	MODPROBE_OPTIONS,
	MODPROBE_SOFTDEP,
	MODPROBE_BLACKLIST,
	MODPROBE_INSTALL,
};

struct modprobe_line {
	enum modprobe_command command;
	bool argument; /* a word of the kernel's command line, no line of a file */
	char *file;    /* below the root; of an argument the file it was read from */
	char *module;  /* - is written _; of a softdep and an install line a shell pattern */
	char *rest;    /* options, dependencies or command as written; "" behind blacklist */
};

/* In the order in which they take effect; zero-initialised it is empty. */
struct modprobe {
	struct modprobe_line *lines;
	size_t count, room;
};

/*
 * Every file that modprobe reads below the root, and behind them, as kmod does, the words
 * "module.option=value" of a kernel command line. arguments is that line (of the next boot, say)
 * and source the file it was read from; NULL is the running kernel's. The kernel's own soft
 * dependencies (modules.softdep) are the running kernel's. The caller frees *ret. -errno with the
 * path; a folder that is not there is no error.
 */
int modprobe_read(struct host *host, const char *arguments, const char *source,
		  struct modprobe *ret, struct error *error);
void modprobe_free(struct modprobe *modprobe);

/* Which of these files kmod would read, in its order: a file is hidden by one of the same name in
 * an earlier folder, and names are sorted over all folders. Paths are below a root. */
void modprobe_order(struct strings *paths);

/* Adds the lines of one file, or the words of a kernel command line; file is kept as a name. */
void modprobe_parse(const char *text, const char *file, struct modprobe *modprobe);
void modprobe_parse_arguments(const char *text, const char *file, struct modprobe *modprobe);

/*
 * The next line of a command for a module behind previous (NULL: the first); NULL when there is no
 * more. All options add up. Of softdep and install only the first has any effect, and an install
 * line has none where softdeps are loaded with the module. - and _ are the same in module.
 */
const struct modprobe_line *modprobe_next(const struct modprobe *modprobe,
					  enum modprobe_command command, const char *module,
					  const struct modprobe_line *previous);

/*
 * Whether first is loaded before module: the softdep line in effect has it behind "pre:". The line
 * in effect is stored in *line (may be NULL) whatever it says, NULL when there is none.
 */
bool modprobe_loads_before(const struct modprobe *modprobe, const char *first, const char *module,
			   const struct modprobe_line **line);

/*
 * The value a module's parameter gets: the kernel takes its options one after the other, and the
 * last one wins (kernel/params.c, parse_args). NULL when nothing sets it, else the line, and the
 * value without its quotes, which the caller frees.
 */
const struct modprobe_line *modprobe_parameter(const struct modprobe *modprobe, const char *module,
					       const char *parameter, char **ret);

/* Whether kmod takes this line after the files of that name: "etc/modprobe.d/gpucheck.conf". */
bool modprobe_line_is_after(const struct modprobe_line *line, const char *file);

#endif
