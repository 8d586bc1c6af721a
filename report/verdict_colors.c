/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The colours of verdicts on a terminal. */
#include "report/verdict_colors.h"

/* Select Graphic Rendition (ECMA-48, 8.3.117). */
const char *const verdict_colors[VERDICTS] = {
	[VERDICT_PASS] = "\033[32m",   [VERDICT_SKIP] = "\033[2m",     [VERDICT_WARN] = "\033[33m",
	[VERDICT_FAIL] = "\033[1;31m", [VERDICT_ERROR] = "\033[1;35m",
};
