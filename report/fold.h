/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text folded at blanks to a width, for a person at a terminal. */
#ifndef GPUCHECK_REPORT_FOLD_H
#define GPUCHECK_REPORT_FOLD_H

#include <stdio.h>

/*
 * Write text from column `column`, where the cursor stands, and go on in column `indent` of the
 * lines that follow; ends with a newline. width 0: no folding. A word longer than a line stays
 * whole.
 */
void fold(const char *text, int column, int indent, int width, FILE *out);

#endif
