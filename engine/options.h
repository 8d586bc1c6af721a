/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#ifndef GPUCHECK_ENGINE_OPTIONS_H
#define GPUCHECK_ENGINE_OPTIONS_H

#include "base/error.h"
#include "base/strings.h"
#include "probes/probe.h"

#include <stdbool.h>

enum mode {
	MODE_CHECK,
	MODE_FIX,
	MODE_UNDO,
	MODE_MERGE,
	MODE_LIST,
	MODE_EXPLAIN,
	MODE_HELP,
	MODE_VERSION,
};
enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	enum mode mode;
	struct strings gpus;   /* as given: addresses and ids */
	struct strings checks; /* ids and stages, as given; with --undo empty */
	struct strings files;  /* with --merge: reports, "-" is standard input */
	bool has_through;
	enum stage through;
	const char *vm;      /* NULL: by configuration and card */
	const char *guest;   /* [USER@]HOST[:PORT]; NULL: by configuration and libvirt */
	const char *connect; /* libvirt URI; NULL: the system's */
	const char *config;  /* NULL: etc/gpucheck.conf below the root */
	unsigned wait;       /* seconds to keep trying VM and guest */
	const char *format;  /* NULL: by the kind of output */
	const char *output;  /* NULL: standard output */
	const char *root;    /* NULL: this machine */
	enum color color;
	bool dry_run;          /* --fix, --undo: only show */
	bool yes;              /* --fix: do not ask */
	bool allow_disruption; /* --fix: also restart the VM, unbind a driver */
	unsigned undo_id;      /* --undo: 0 is the last one */
	bool undo_list;        /* --undo list */
	bool strict;
	bool quiet;
	bool verbose;
};

/* -EINVAL with a sentence that holds the offending word. Texts stay argv's. */
int options_parse(int argc, char **argv, struct options *ret, struct error *error);
void options_free(struct options *options);

extern const char options_help[];

#endif
