/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of udev's that choose a PCI function's driver: those that write driver_override (udev(7)).
 */
#ifndef GPUCHECK_HOST_MODULES_UDEV_RULES_H
#define GPUCHECK_HOST_MODULES_UDEV_RULES_H

#include "host/pci/pci_identity.h"

#include <stdbool.h>
#include <stddef.h>

struct udev_override {
	char *file;   /* below the root, or in an image */
	char *driver; /* what it writes; NULL when a program writes it */
	/* Patterns of the function's name and attributes as sysfs writes them, "|" between several;
	 * NULL fits all. */
	char *kernel, *vendor, *device, *class;
	bool loads;  /* it has vfio-pci loaded */
	bool probes; /* it has the kernel look for a driver once more: bus/pci/drivers_probe */
	bool unsure; /* it hangs on something that is not looked at here */
};

struct udev_overrides {
	struct udev_override *items; /* in the order in which they take effect */
	size_t count;
};

/* Adds the rules of one file; call it in udev's order, by name. */
void udev_rules_parse(const char *text, const char *file, struct udev_overrides *overrides);
void udev_overrides_free(struct udev_overrides *overrides);

/* The last rule that fits the function, NULL without one. */
const struct udev_override *udev_override_of(const struct udev_overrides *overrides,
					     const struct pci_identity *identity);

#endif
