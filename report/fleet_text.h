/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many hosts on one page for a person. */
#ifndef GPUCHECK_REPORT_FLEET_TEXT_H
#define GPUCHECK_REPORT_FLEET_TEXT_H

#include "report/report.h"

/*
 * A table of hosts by stage, the worst first, then each host's first broken link in a line. quiet:
 * only hosts with trouble; verbose: all that is wrong with each.
 */
void write_fleet_text(const struct fleet *fleet, const struct style *style, FILE *out);

#endif
