/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration file: INI, one section a GPU. */
#ifndef GPUCHECK_ENGINE_CONFIGURATION_H
#define GPUCHECK_ENGINE_CONFIGURATION_H

#include "base/error.h"
#include "base/strings.h"
#include "probes/probe.h"

#include <stdbool.h>
#include <stddef.h>

/* [gpu 0000:01:00.0] */
struct gpu_section {
	struct pci_address gpu;
	char *vm;    /* NULL: as without a configuration */
	char *guest; /* [USER@]HOST[:PORT], NULL: as libvirt knows it */
	bool rom_off;
	struct strings ignore; /* ids of checks that do not count */
};

struct configuration {
	bool has_through;
	enum stage through;
	bool strict;
	struct gpu_section *sections;
	size_t count;
};

/*
 * The file named by --config, which must be there; without one, etc/gpucheck.conf of the host,
 * which need not. -errno with the file's name.
 */
int configuration_read(const char *file, struct host *host, struct configuration *ret,
		       struct error *error);

/* text: the file's content; file names it in errors. -EINVAL with file, line and the bad word. */
int configuration_parse(const char *text, const char *file, struct configuration *ret,
			struct error *error);
void configuration_free(struct configuration *configuration);

/* The section of a GPU, NULL when it has none. */
const struct gpu_section *configuration_find(const struct configuration *configuration,
					     const struct pci_address *gpu);

#endif
