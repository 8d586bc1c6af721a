/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest's answer says of NVIDIA's driver, and what nvidia-smi says in it. */
#ifndef GPUCHECK_HOST_PROGRAMS_GUEST_NVIDIA_LINES_H
#define GPUCHECK_HOST_PROGRAMS_GUEST_NVIDIA_LINES_H

#include "host/programs/guest/words.h"

#include <jansson.h>

/* "nvidia VERSION FLAVOUR": a new reference, or NULL when it is something else. */
json_t *nvidia_module(const struct words *words);

/*
 * What follows "smi " on a line, into the listing's key nvidia_smi. Free text of nvidia-smi is
 * cleaned and cut, not judged: its wording is not ours. False for what our command does not print.
 */
bool nvidia_smi_line(const char *text, json_t *listing);

#endif
