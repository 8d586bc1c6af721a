/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsers of a PCI function's config and resource files; they touch nothing but their arguments. */
#ifndef GPUCHECK_HOST_PCI_PCI_CONFIG_H
#define GPUCHECK_HOST_PCI_PCI_CONFIG_H

#include "host/pci/pci.h"

enum {
	PCI_RESOURCE_IO = 0x100,         /* IORESOURCE_IO */
	PCI_RESOURCE_UNSET = 0x20000000, /* IORESOURCE_UNSET: no address was assigned */
};

/*
 * bytes: the content of sysfs' config, 64 bytes without privileges, else 256 or 4096. -EINVAL when
 * it is shorter than a header.
 */
int pci_config_parse(const char *bytes, size_t length, struct pci_config *ret);

/* text: the content of sysfs' resource, "start end flags" a line. -EINVAL when it is something
 * else. Only registers that exist (flags are not 0) are returned. */
int pci_resource_parse(const char *text, size_t length, struct pci_bar ret[6], size_t *ret_count);

#endif
