/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gpucheck can be told to do; each returns the exit status, and every one is a file here. */
#ifndef GPUCHECK_COMMANDS_COMMANDS_H
#define GPUCHECK_COMMANDS_COMMANDS_H

#include "engine/options.h"

int check_command(const struct options *options);
int fix_command(const struct options *options);
int undo_command(const struct options *options);
int merge_command(const struct options *options);
int list_command(const struct options *options);
int explain_command(const struct options *options);

#endif
