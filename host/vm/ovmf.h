/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which edk2 a guest's UEFI firmware was built from, as the package it came in says. */
#ifndef GPUCHECK_HOST_VM_OVMF_H
#define GPUCHECK_HOST_VM_OVMF_H

#include "base/error.h"
#include "host/host.h"

#include <stdbool.h>

struct ovmf {
	bool known;
	unsigned release; /* year and month of the edk2-stable tag: 202211 */
	char *package;    /* "ovmf 2022.11-6+deb12u2"; NULL when not known */
};

/*
 * From var/lib/dpkg/status. loader: the file's path in the definition, or NULL where libvirt
 * chooses. Not known for a file that no package of Debian, Ubuntu or Proxmox VE has there, or
 * without such a list. -errno when the list cannot be read. ret->package is the caller's.
 */
int ovmf_find(struct host *host, const char *loader, struct ovmf *ret, struct error *error);

/* "2022.11-6", "4.2023.08-4", "0~20200229.4c0f6e34-1": 202211, 202308, 202002. False for others. */
bool ovmf_release(const char *version, unsigned *ret);

/* The value of Version: in the package's paragraph of dpkg's status; the caller frees it. NULL. */
char *dpkg_version(const char *status, const char *package);

#endif
