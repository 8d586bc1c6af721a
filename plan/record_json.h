/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record as record.json holds it. */
#ifndef GPUCHECK_PLAN_RECORD_JSON_H
#define GPUCHECK_PLAN_RECORD_JSON_H

#include "plan/record.h"

/* All but id and state; the caller frees it. NULL when a path or name is not UTF-8. */
char *record_to_json(const struct record *record);

/* -EINVAL when it is not what record_to_json writes; *record may be partly filled then. */
int record_from_json(const char *text, struct record *record, struct error *error);

#endif
