/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the screen before a person can show: its width, its letters, colours and a moving line. */
#ifndef GPUCHECK_COMMANDS_TERMINAL_H
#define GPUCHECK_COMMANDS_TERMINAL_H

#include "engine/options.h"
#include "report/report.h"

/* Of results: standard output, or the file of --output. */
struct style style_for(const struct options *options);

/* Of messages, on standard error. A text that is no terminal's is not folded: a line a message. */
struct style style_for_messages(void);

/* A plan on standard error, which is a terminal or what stands for one. */
struct style style_for_plan(const struct options *options);

/* A line on standard error can be rewritten in place. */
bool messages_can_move(void);

#endif
