/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of host/ share: the facts kept so far. Nothing outside host/ includes this. */
#ifndef GPUCHECK_HOST_STATE_H
#define GPUCHECK_HOST_STATE_H

#include "host/boot/bootloader.h"
#include "host/boot/kernel_arguments.h"
#include "host/boot/next_image.h"
#include "host/display/xorg.h"
#include "host/files/fact.h"
#include "host/files/root.h"
#include "host/pci/pci.h"
#include "host/vm/guests.h"
#include "host/vm/vms.h"

/* Whole-file limits in bytes: far above what any kernel writes, far below what hurts. */
enum {
	LIMIT_NUMBER = 4096,
	LIMIT_TEXT = 1 << 20,
	LIMIT_DEFINITION = 4 << 20, /* of a VM: libvirt sends no longer text (REMOTE_STRING_MAX) */
	LIMIT_LARGE = 16 << 20,     /* proc/interrupts of a large machine, modules.alias */
	LIMIT_ANSWER = 4 << 20,     /* of a record: what a guest or a program answered */
};

/* The libvirt that is asked unless the caller names one; its logs and files are the host's. */
#define SYSTEM_URI "qemu:///system"

struct names_db;
struct program;

struct host {
	struct root *root;
	const struct teller *teller; /* NULL: nobody wants to know */
	char *name;
	struct fact arguments;
	struct kernel_arguments *parsed_arguments;
	struct fact cpuinfo;
	struct fact interrupts;
	struct fact meminfo;
	struct fact unsafe_interrupts;
	struct fact release;         /* of the running kernel */
	bool saw_aliases;            /* modules.alias of the running kernel was there */
	struct fact builtin_modinfo; /* of the next boot's kernel */
	struct strings *iommu_units;
	struct strings *acpi_tables;
	struct pci_functions pci;
	struct names_db *names;
	struct next_boot *next_boot;
	struct next_image *next_image;
	struct xorg *xorg;
	const char *libvirt_uri; /* the caller's; NULL for the default */
	struct program *libvirt; /* asked about the VMs already; NULL */
	bool guests_follow;      /* vms_read is to get ready for them */
	struct program *ssh;     /* started for a guest, not asked yet; NULL */
	struct vms *vms;
	struct error vms_error; /* why there are none */
	struct guest *guests;
	size_t guest_count;
};

void pci_functions_free(struct pci_functions *functions);
void names_db_free(struct names_db *names);
void vms_free(struct vms *vms);

/* Which libvirt is asked: the caller's (vms_connect) or the system's. */
const char *vms_uri(const struct host *host);

#endif
