/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A remedy that lies in the firmware's menus. */
#ifndef GPUCHECK_PROBES_FIRMWARE_FIX_H
#define GPUCHECK_PROBES_FIRMWARE_FIX_H

#include "probes/probe.h"

/*
 * Set the finding's fix: what to change there, and the command that enters the menus, which only
 * exists where the host was started by UEFI.
 */
void firmware_fix(const struct subject *subject, struct finding *finding, const char *what);

#endif
