/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What proc/cpuinfo says of the processor's virtualization, and whether KVM can be used. */
#ifndef GPUCHECK_HOST_CPU_H
#define GPUCHECK_HOST_CPU_H

#include "base/error.h"
#include "host/host.h"

#include <stdbool.h>

struct cpu {
	bool amd;              /* AMD or Hygon; false: Intel or another maker of VT-d machines */
	bool known;            /* the vendor is one of those we know */
	const char *flag;      /* "vmx" or "svm" where the flags have it, else NULL */
	bool hypervisor;       /* this host is itself a guest */
	bool gigabyte_pages;   /* the flag pdpe1gb */
	unsigned address_bits; /* physical; 0 where proc/cpuinfo does not say */
};

/* text: the content of proc/cpuinfo. -EINVAL without a line of flags. */
int cpu_parse(const char *text, struct cpu *ret);

/* Of the first processor. -errno with the path. */
int cpu_read(struct host *host, struct cpu *ret, struct error *error);

/* 1 when the kernel offers KVM, 0 when not, -errno. On a live host /dev/kvm is opened, so -EACCES
 * says that this user may not; below a directory sys/class/misc/kvm must be there. */
int kvm_is_usable(struct host *host, struct error *error);

#endif
