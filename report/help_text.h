/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of --help, which is laid out for 80 columns, on any terminal. */
#ifndef GPUCHECK_REPORT_HELP_TEXT_H
#define GPUCHECK_REPORT_HELP_TEXT_H

#include "report/report.h"

/* As it is where it fits; on a narrower terminal what an option does stands below its name. */
void write_help(const char *help, const struct style *style, FILE *out);

#endif
