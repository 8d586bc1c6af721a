/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who gets a PCI function first at the next boot: vfio-pci, or a driver of the host's. What decides
 * is judged here from facts alone; next_boot_facts.h reads them.
 *
 * The boot has two stages, in each of which udev has a module loaded for every device that one asks
 * for (its modalias): in the initramfs with what is in the image, then with what is on the disk. A
 * driver that has a device keeps it.
 */
#ifndef GPUCHECK_HOST_BOOT_NEXT_BINDING_H
#define GPUCHECK_HOST_BOOT_NEXT_BINDING_H

#include "base/strings.h"
#include "host/modules/modprobe.h"
#include "host/modules/udev_rules.h"
#include "host/pci/pci_identity.h"

#include <stdbool.h>

/* One stage of the boot. */
struct boot_stage {
	bool has_all;           /* every module of the kernel: the disk */
	struct strings modules; /* else these, as lsmod(8) names them */
	struct modprobe modprobe;
	struct strings early;  /* loaded by name before udev looks at devices (rd.driver.pre=) */
	struct strings listed; /* loaded by name beside udev or behind it (/etc/modules) */
	struct udev_overrides overrides;
	struct strings scripts; /* the owner's own that name vfio or driver_override */
};

/* A module that asks for a function, with what is loaded before it. */
struct claimer {
	char *module;
	struct strings needs; /* whose softdeps are heeded with its own (modules.dep) */
};

struct boot_function {
	struct pci_identity identity;
	struct claimer *claimers;
	size_t claimer_count;
	struct strings builtin; /* drivers in the kernel that ask for it */
	char *driverctl;        /* the driver that driverctl gives it at boot; NULL */
};

struct next_boot_facts {
	bool vfio_builtin, vfio_absent; /* in the kernel itself; not there at all */
	struct modprobe arguments;      /* only the words of the next boot's kernel line */
	bool image_known;
	struct boot_stage image, disk;
	struct boot_function *functions; /* of one card */
	size_t count;
};

enum next_driver {
	NEXT_VFIO,    /* vfio-pci, or the variant that an override names */
	NEXT_NOBODY,  /* no driver at all */
	NEXT_OTHER,   /* a driver of the host's */
	NEXT_EITHER,  /* it and vfio-pci are loaded at the same time */
	NEXT_UNKNOWN, /* a script or rule decides that is not understood here */
};

/* What vfio-pci lacks. */
enum next_lack {
	LACK_NOTHING,
	LACK_KERNEL,   /* the kernel has no vfio-pci */
	LACK_IDS,      /* no ids=, no override */
	LACK_ID,       /* file: has ids= without this function's */
	LACK_CUT,      /* file: a blank cuts ids= before this function's */
	LACK_ARGUMENT, /* file: has ids=, which a vfio-pci in the kernel does not read */
	LACK_MODULE,   /* the image has no vfio-pci */
	LACK_LOAD,     /* nothing loads vfio-pci */
	LACK_ORDER,    /* nothing has the other driver wait for it */
	LACK_PRE,      /* file: a softdep line without "pre:" */
	LACK_BUILTIN,  /* the other driver is in the kernel and comes before any module */
	LACK_PROBE,    /* file: driver_override is written after vfio-pci was there */
	LACK_SENSE,    /* file: a script, an install line or a rule that is not understood */
};

struct next_binding {
	enum next_driver driver;
	enum next_lack lack;
	bool in_image;     /* the stage that decides */
	const char *other; /* the driver or module that gets it instead; the facts', NULL */
	const char *file;  /* what decides, below the root or in the image; the facts', NULL */
	bool by_address;   /* NEXT_VFIO: by driver_override and not by its ids */
	bool in_any_case;  /* whatever an image may hold */
};

/* As if there were only the disk: what the image will do once it is built anew. */
struct next_binding next_binding_on_disk(const struct next_boot_facts *facts, size_t function);

/* With the image, where that is known; else the same as next_binding_on_disk. */
struct next_binding next_binding(const struct next_boot_facts *facts, size_t function);

/* Whether the ids that vfio-pci is given at the next boot take this function too. */
bool next_ids_take(const struct next_boot_facts *facts, const struct pci_identity *identity);

void next_boot_facts_free(struct next_boot_facts *facts);

#endif
