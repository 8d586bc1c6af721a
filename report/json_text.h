/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of the machine as JSON: what is no UTF-8 or a control character is escaped first. */
#ifndef GPUCHECK_REPORT_JSON_TEXT_H
#define GPUCHECK_REPORT_JSON_TEXT_H

#include <jansson.h>

/* A new reference; JSON null for NULL. */
json_t *json_text(const char *text);

/* With its quotes; the caller frees it. */
char *json_quote(const char *text);

#endif
