/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The colours of verdicts on a terminal. */
#ifndef GPUCHECK_REPORT_VERDICT_COLORS_H
#define GPUCHECK_REPORT_VERDICT_COLORS_H

#include "probes/finding.h"

extern const char *const verdict_colors[VERDICTS];

#define COLOR_END "\033[0m"

#endif
