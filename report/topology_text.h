/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI tree around the cards, drawn for a person. */
#ifndef GPUCHECK_REPORT_TOPOLOGY_TEXT_H
#define GPUCHECK_REPORT_TOPOLOGY_TEXT_H

#include "engine/topology.h"
#include "report/report.h"

void write_topology(const struct topology *topology, const struct style *style, FILE *out);

#endif
