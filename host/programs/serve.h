/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all programs behind the door do: one JSON request from standard input, one JSON answer. */
#ifndef GPUCHECK_HOST_PROGRAMS_SERVE_H
#define GPUCHECK_HOST_PROGRAMS_SERVE_H

#include <jansson.h>

/*
 * The last call of main. answer gives a new reference; its request is NULL when what came is no
 * JSON, with why_not.
 */
int serve_request(json_t *(*answer)(json_t *request, const char *why_not));

#endif
