/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of the JSON documents; each has its JSON Schema beside this file. */
#ifndef GPUCHECK_REPORT_SCHEMAS_H
#define GPUCHECK_REPORT_SCHEMAS_H

#define REPORT_SCHEMA "gpucheck-report-1"
#define MERGED_SCHEMA "gpucheck-merged-1"

#endif
