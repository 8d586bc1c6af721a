/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PCI function's configuration space. */
#include "host/pci/pci_config.h"
#include "base/alloc.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 64, LEGACY = 256, LAST_PORT = 15 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pci_config config = { .header = -7 };
	_cleanup_free_ char *bytes = xcalloc(size, 1);
	int r;

	if (size)
		memcpy(bytes, data, size);
	r = pci_config_parse(bytes, size, &config);
	PROMISE((r == -EINVAL) == (size < HEADER));
	if (r < 0) {
		PROMISE(config.header == -7);
		return 0;
	}
	PROMISE(config.header >= 0 && config.header < 0x80);
	PROMISE(config.port >= -1 && config.port <= LAST_PORT);
	PROMISE(!config.all_ones || (config.port == -1 && !config.whole));
	PROMISE(!config.whole || size >= LEGACY);
	/* Capabilities lie behind the header. */
	PROMISE(config.port == -1 || size > HEADER);
	return 0;
}
