/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text folded to a width, for a person at a terminal. */
#ifndef GPUCHECK_REPORT_FOLD_H
#define GPUCHECK_REPORT_FOLD_H

#include <stdio.h>

/*
 * Write text from column `column`, where the cursor stands, and go on in column `indent` of the
 * lines that follow; ends with a newline. Lines break at blanks. A word longer than a whole line (a
 * path, as a rule) breaks behind a slash or another mark within it, or else anywhere. width 0: no
 * folding.
 */
void fold(const char *text, int column, int indent, int width, FILE *out);

/* The same; the lines that follow begin with margin (the lines of a tree). */
void fold_behind(const char *text, int column, const char *margin, int width, FILE *out);

/*
 * A command to copy: what follows stays one command for a shell. A line breaks at a blank, within a
 * word longer than a line too, and ends with a backslash then. Quotes in a substitution that is
 * itself within quotes are not followed: no command of ours has such.
 */
void fold_command(const char *command, int column, int indent, int width, FILE *out);

#endif
