/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's PCI buses, and where a definition puts devices on them. */
#include "host/vm/pci_layout.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "host/process/answer.h"

#include <stdlib.h>
#include <string.h>

/* "pc", "pc-i440fx-7.2" and old "pc-1.0" are one, whatever has q35 in its name is the other. */
static enum vm_chipset chipset_of(const char *machine)
{
	if (machine && strstr(machine, "q35"))
		return CHIPSET_Q35;
	if (machine && (!strcmp(machine, "pc") || starts_with(machine, "pc-")))
		return CHIPSET_I440FX;
	return CHIPSET_UNKNOWN;
}

static enum vm_firmware firmware_of(const char *name)
{
	if (name && !strcmp(name, "efi"))
		return FIRMWARE_UEFI;
	return name && !strcmp(name, "bios") ? FIRMWARE_BIOS : FIRMWARE_UNKNOWN;
}

static bool read_bus(const json_t *item, struct layout_bus *ret)
{
	const json_t *index = json_object_get(item, "index");
	json_int_t number = json_integer_value(index);

	if (!json_is_integer(index) || number < 0 || number > UINT8_MAX)
		return false;
	ret->index = (unsigned)number;
	ret->model = xstrdup(answer_string(item, "model"));
	return true;
}

static bool read_device(const json_t *item, struct layout_device *ret)
{
	const char *what = answer_string(item, "what"), *address = answer_string(item, "address");
	const char *source = answer_string(item, "source");

	if (!address || !pci_address_parse(address, &ret->address) ||
	    (source && !pci_address_parse(source, &ret->source)))
		return false;
	ret->what = xstrdup(what ? what : "another device");
	ret->has_source = source;
	ret->alone = json_is_true(json_object_get(item, "alone"));
	return true;
}

bool pci_layout_read(const json_t *object, struct pci_layout *ret)
{
	const json_t *buses = json_object_get(object, "buses");
	const json_t *devices = json_object_get(object, "devices");
	const char *machine = answer_string(object, "machine");

	if (!json_is_array(buses) || !json_is_array(devices))
		return false;
	ret->machine = xstrdup(machine);
	ret->chipset = chipset_of(machine);
	ret->firmware = firmware_of(answer_string(object, "firmware"));
	ret->buses = xcalloc(json_array_size(buses), sizeof(*ret->buses));
	ret->devices = xcalloc(json_array_size(devices), sizeof(*ret->devices));
	for (size_t i = 0; i < json_array_size(buses); i++)
		if (!read_bus(json_array_get(buses, i), &ret->buses[ret->bus_count++]))
			return false;
	for (size_t i = 0; i < json_array_size(devices); i++)
		if (!read_device(json_array_get(devices, i), &ret->devices[ret->device_count++]))
			return false;
	return true;
}

void pci_layout_free(struct pci_layout *layout)
{
	for (size_t i = 0; i < layout->bus_count; i++)
		free(layout->buses[i].model);
	for (size_t i = 0; i < layout->device_count; i++)
		free(layout->devices[i].what);
	free(layout->buses);
	free(layout->devices);
	free(layout->machine);
	*layout = (struct pci_layout){ 0 };
}

/* What libvirt takes for a bus without a controller, or for one whose model is not named. */
static const char *default_model(const struct pci_layout *layout, unsigned bus)
{
	switch (layout->chipset) {
	case CHIPSET_Q35:
		return bus ? "pcie-root-port" : "pcie-root";
	case CHIPSET_I440FX:
		return bus ? "pci-bridge" : "pci-root";
	case CHIPSET_UNKNOWN:
		break;
	}
	return NULL;
}

const char *pci_layout_model(const struct pci_layout *layout, unsigned bus)
{
	for (size_t i = 0; i < layout->bus_count; i++)
		if (layout->buses[i].index == bus && layout->buses[i].model)
			return layout->buses[i].model;
	return default_model(layout, bus);
}

const struct layout_device *pci_layout_find(const struct pci_layout *layout,
					    const struct pci_address *address,
					    const struct pci_address *source)
{
	for (size_t i = 0; i < layout->device_count; i++) {
		const struct layout_device *device = &layout->devices[i];

		if (pci_address_compare(&device->address, address) == 0 &&
		    !(device->has_source && pci_address_compare(&device->source, source) == 0))
			return device;
	}
	return NULL;
}
