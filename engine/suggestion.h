/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to type instead of a name that means nothing: the end of a message. */
#ifndef GPUCHECK_ENGINE_SUGGESTION_H
#define GPUCHECK_ENGINE_SUGGESTION_H

#include "base/strings.h"
#include "host/host.h"

/*
 * Each is a sentence's second half, for the caller to free: "did you mean iommu.isolated?", or else
 * what there is.
 */
char *suggest_check(const char *word); /* or stage */
char *suggest_stage(const char *word);
char *suggest_gpu(struct host *host);
char *suggest_vm(struct host *host, const char *word);

/* kind: "format"; without a near one all are named: "the formats are text, tap, json". */
char *suggest(const char *kind, const char *word, const struct strings *known);

#endif
