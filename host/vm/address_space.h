/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a definition says of the width of the guest's physical addresses. */
#ifndef GPUCHECK_HOST_VM_ADDRESS_SPACE_H
#define GPUCHECK_HOST_VM_ADDRESS_SPACE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum cpu_mode {
	CPU_DEFAULT, /* no <cpu>: what libvirt or QEMU takes then */
	CPU_CUSTOM,
	CPU_HOST_MODEL,
	CPU_HOST_PASSTHROUGH,
	CPU_MAXIMUM,
};

/* <maxphysaddr mode=> */
enum address_width {
	WIDTH_DEFAULT,     /* there is none */
	WIDTH_PASSTHROUGH, /* the host's, at most limit */
	WIDTH_EMULATE,     /* bits */
};

struct address_space {
	bool kvm;
	bool own_cpu; /* <qemu:commandline> sets the CPU past libvirt */
	enum cpu_mode cpu;
	char *model;          /* of a custom CPU; NULL without */
	char *gigabyte_pages; /* policy of its feature pdpe1gb: "require", "disable"; NULL without
			       */
	enum address_width width;
	unsigned bits;
	unsigned limit;      /* 0: none */
	unsigned host_limit; /* the same by <qemu:commandline>, for CPU_HOST_PASSTHROUGH */
	char *loader;        /* path of the firmware; NULL: libvirt chooses */
	bool has_window;     /* <qemu:commandline> asks OVMF for a window of this size */
	uint64_t window_mib;
	uint64_t hole_kib; /* <pcihole64> of the root bus; 0 without */
};

/* From what gpucheck-libvirt answers (domain_space.h). False when it is not as it should be. */
bool address_space_read(const json_t *object, struct address_space *ret);
void address_space_free(struct address_space *space);

#endif
