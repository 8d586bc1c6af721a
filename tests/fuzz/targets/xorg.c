/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BusIDs in Xorg's configuration. */
#include "host/display/xorg.h"
#include "base/alloc.h"
#include "fixers/templates.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* What our own drop-in says of an address is read back as that address. */
static void check_drop_in(const char *bus_id, const struct pci_address *address)
{
	_cleanup_free_ char *half = template_fill(template_xorg_drop_in, "@DRIVER@", "modesetting");
	_cleanup_free_ char *text = template_fill(half, "@BUSID@", bus_id);
	struct xorg *xorg = xcalloc(1, sizeof(*xorg));

	xorg_parse(text, "etc/X11/xorg.conf.d/20-gpucheck.conf", xorg);
	PROMISE(xorg->count == 1 && xorg->ids[0].valid);
	PROMISE(pci_address_compare(&xorg->ids[0].address, address) == 0);
	xorg_free(xorg);
}

static void check_bus_id(const struct xorg_bus_id *id)
{
	_cleanup_free_ char *printed = NULL;
	struct pci_address again;

	if (!id->valid)
		return;
	PROMISE(id->address.device <= 31 && id->address.function <= 7);
	printed = xorg_bus_id_format(&id->address);
	PROMISE(xorg_bus_id_parse(printed, &again));
	PROMISE(pci_address_compare(&again, &id->address) == 0);
	/* The first number is the bus, with the domain in front of its low byte. */
	PROMISE((uint8_t)strtoull(id->text + strlen("PCI:"), NULL, 10) == id->address.bus);
	check_drop_in(printed, &id->address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input);
	struct xorg *xorg = xcalloc(1, sizeof(*xorg));

	xorg_parse(text, "etc/X11/xorg.conf", xorg);
	PROMISE(xorg->count <= count_lines(text));
	for (size_t i = 0; i < xorg->count; i++) {
		PROMISE(strstr(text, xorg->ids[i].text));
		check_bus_id(&xorg->ids[i]);
	}
	xorg_free(xorg);
	return 0;
}
