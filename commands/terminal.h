/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the screen before a person can show: its width, its letters, colours and a moving line. */
#ifndef GPUCHECK_COMMANDS_TERMINAL_H
#define GPUCHECK_COMMANDS_TERMINAL_H

#include "engine/options.h"
#include "report/report.h"

/* Of results: standard output, or the file of --output. */
struct style style_for(const struct options *options);

/* Of results in a format for programs: neither locale nor terminal count. */
struct style style_for_programs(const struct options *options);

/* Of messages, on standard error. A text that is no terminal's is not folded: a line a message. */
struct style style_for_messages(void);

/*
 * Of a plan, on standard output (or in the file of --output) or on standard error. What is no
 * terminal's is not folded: a line a sentence, and diffs that patch(1) can read.
 */
struct style style_for_plan(const struct options *options, int descriptor);

/* A line on standard error can be rewritten in place. */
bool messages_can_move(void);

#endif
