/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firmware variables by which a boot loader speaks to the system (systemd's Boot Loader Interface).
 */
#ifndef GPUCHECK_HOST_BOOT_EFI_VARIABLE_H
#define GPUCHECK_HOST_BOOT_EFI_VARIABLE_H

#include "host/files/root.h"

/*
 * A loader's variable as text (UTF-16 there; other than ASCII becomes "?"), NULL when there is
 * none; the caller frees *ret.
 */
int efi_loader_variable(struct root *root, const char *name, char **ret, struct error *error);

#endif
