/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this boot's and the next boot's kernel arguments say of the IOMMU, for the probes that ask.
 */
#ifndef GPUCHECK_PROBES_BOOT_ARGUMENTS_H
#define GPUCHECK_PROBES_BOOT_ARGUMENTS_H

#include "host/boot/bootloader.h"
#include "host/iommu/iommu_arguments.h"
#include "probes/probe.h"

struct boot_arguments {
	struct iommu_arguments now;
	int next_code;                /* 0, or why the next boot is not known: -errno */
	struct error next_error;      /* in words */
	const struct next_boot *boot; /* NULL when next_code is set */
	struct iommu_arguments next;
};

/* -errno when proc/cmdline cannot be read. That the next boot is unknown is left to the caller. */
int boot_arguments_read(const struct subject *subject, struct boot_arguments *ret,
			struct error *error);

/*
 * Set the finding's fix: what is to happen to the arguments ("add …"), and how this host's boot
 * loader is told.
 */
void boot_arguments_fix(const struct subject *subject, struct finding *finding, const char *what);

/* The words that turn the IOMMU back on: take the word out, or put its opposite there. */
char *boot_arguments_undo(const struct iommu_arguments *arguments);

/* Evidence of both boots' arguments, as far as they are known. */
void boot_arguments_evidence(const struct subject *subject, const struct boot_arguments *boot,
			     struct finding *finding);

#endif
