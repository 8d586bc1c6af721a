/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a hostdev's address in the guest is one where the guest finds it. */
#include "probes/guest_place.h"

#include "base/alloc.h"

#include <string.h>

enum { LAST_SLOT = 31 };

/* What a controller's bus takes (libvirt's virDomainPCIAddressBusSetModel). */
struct bus_kind {
	const char *model;
	unsigned char first, last; /* slots */
	bool takes_none;           /* only other controllers */
	bool is_express;
};

static const struct bus_kind kinds[] = {
	{ .model = "pci-root", .first = 1, .last = LAST_SLOT },
	{ .model = "pcie-root", .first = 1, .last = LAST_SLOT, .is_express = true },
	{ .model = "pci-bridge", .first = 1, .last = LAST_SLOT },
	{ .model = "pci-expander-bus", .first = 0, .last = LAST_SLOT },
	{ .model = "dmi-to-pci-bridge", .first = 0, .last = LAST_SLOT },
	{ .model = "pcie-to-pci-bridge", .first = 1, .last = LAST_SLOT },
	{ .model = "pcie-root-port", .is_express = true },
	{ .model = "pcie-switch-downstream-port", .is_express = true },
	{ .model = "pcie-switch-upstream-port", .takes_none = true },
	{ .model = "pcie-expander-bus", .takes_none = true },
};

/* A model that is not known here is not judged. */
static const struct bus_kind *kind_of(const struct pci_layout *layout, unsigned bus)
{
	const char *model = pci_layout_model(layout, bus);

	for (size_t i = 0; model && i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].model, model))
			return &kinds[i];
	return NULL;
}

/*
 * Functions of bus 0 that are part of the machine: PIIX3's ISA bridge, IDE and power management,
 * ICH9's LPC bridge, AHCI and SMBus.
 */
static bool is_chipset(const struct pci_layout *layout, const struct pci_address *at)
{
	if (at->bus)
		return false;
	if (layout->chipset == CHIPSET_I440FX)
		return at->device == 1 &&
		       (at->function == 0 || at->function == 1 || at->function == 3);
	return layout->chipset == CHIPSET_Q35 && at->device == LAST_SLOT &&
	       (at->function == 0 || at->function == 2 || at->function == 3);
}

/* For a sentence; the caller frees it. */
static char *name_of(const struct layout_device *device)
{
	char source[PCI_ADDRESS_SIZE];

	if (!device->has_source)
		return xstrdup(device->what);
	pci_address_format(&device->source, source);
	return xasprintf("the hostdev of %s", source);
}

/* What is at an address besides the hostdev, for a sentence; NULL for nothing. */
static char *occupant(const struct pci_layout *layout, const struct pci_address *at,
		      const struct vm_hostdev *hostdev)
{
	const struct layout_device *other = pci_layout_find(layout, at, &hostdev->source);

	if (other)
		return name_of(other);
	return is_chipset(layout, at) ? xasprintf("the chipset of %s", layout->machine) : NULL;
}

/* Why its slot does not show it; NULL when it does. */
static char *why_hidden(const struct pci_layout *layout, const struct vm_hostdev *hostdev,
			const struct bus_kind *kind)
{
	struct pci_address first = hostdev->guest;
	const struct layout_device *zero;
	_cleanup_free_ char *name = NULL;

	if (!first.function)
		return NULL;
	first.function = 0;
	/* On i440fx and q35 the chipset's own slots have their function 0. */
	if (is_chipset(layout, &first))
		return NULL;
	zero = pci_layout_find(layout, &first, &hostdev->source);
	/* Not every machine looks for function 0 first (s390 does not): known ones only. */
	if (!zero && kind)
		return xstrdup(
			"but nothing is at function 0 of that slot: the guest looks no further");
	if (!zero || !zero->alone)
		return NULL;
	name = name_of(zero);
	return xasprintf("but %s at function 0 of that slot has multifunction='off': QEMU refuses "
			 "that",
			 name);
}

/* With multifunction='off' it must be alone in its slot; NULL when it is. */
static char *why_not_alone(const struct pci_layout *layout, const struct vm_hostdev *hostdev)
{
	const struct layout_device *own = NULL, *mate = NULL;
	_cleanup_free_ char *name = NULL;

	for (size_t i = 0; i < layout->device_count; i++) {
		const struct layout_device *device = &layout->devices[i];

		if (device->has_source &&
		    pci_address_compare(&device->source, &hostdev->source) == 0)
			own = device;
		else if (pci_address_same_slot(&device->address, &hostdev->guest))
			mate = device;
	}
	if (!own || !own->alone || !mate || hostdev->guest.function)
		return NULL;
	name = name_of(mate);
	return xasprintf("with multifunction='off', but %s is in that slot too: QEMU refuses that",
			 name);
}

static char *why_no_slot(const struct bus_kind *kind, const struct pci_address *at)
{
	if (kind->takes_none)
		return xasprintf("but controller %u is a %s, which takes no such device", at->bus,
				 kind->model);
	if (kind->last == 0 && at->device != 0)
		return xasprintf("but controller %u is a %s, which has only slot 0", at->bus,
				 kind->model);
	if (at->device < kind->first)
		return xasprintf("but controller %u is a %s, whose first slot is %u", at->bus,
				 kind->model, kind->first);
	return NULL;
}

/* Behind "ADDRESS shall be at ADDRESS in the guest"; NULL when it can be there. */
static char *why_bad(const struct pci_layout *layout, const struct vm_hostdev *hostdev,
		     const struct bus_kind *kind)
{
	const struct pci_address *at = &hostdev->guest;
	_cleanup_free_ char *other = occupant(layout, at, hostdev);
	char *why;

	if (other)
		return xasprintf("and so shall %s: there is room for one", other);
	if (at->domain)
		return xstrdup("but a guest has only PCI domain 0");
	why = kind ? why_no_slot(kind, at) : NULL;
	if (!why)
		why = why_hidden(layout, hostdev, kind);
	return why ? why : why_not_alone(layout, hostdev);
}

/* NULL when the guest sees an endpoint behind a port, or has no PCI Express at all. */
static const char *why_odd(const struct pci_layout *layout, const struct bus_kind *kind)
{
	const char *root = pci_layout_model(layout, 0);

	if (!kind || !root || strcmp(root, "pcie-root") != 0)
		return NULL;
	if (!strcmp(kind->model, root))
		return "on pcie-root itself: it seems to be part of the chipset, without the root "
		       "port that some drivers look for";
	return kind->is_express ? NULL
				: "on a bus of conventional PCI: QEMU hides that it is PCI "
				  "Express, which drivers may need";
}

enum guest_place guest_place_judge(const struct pci_layout *layout,
				   const struct vm_hostdev *hostdev, bool is_endpoint,
				   char **ret_why)
{
	const struct bus_kind *kind = kind_of(layout, hostdev->guest.bus);
	char source[PCI_ADDRESS_SIZE], guest[PCI_ADDRESS_SIZE];
	_cleanup_free_ char *bad = NULL;
	const char *odd;

	pci_address_format(&hostdev->source, source);
	pci_address_format(&hostdev->guest, guest);
	if (hostdev->unassigned) {
		*ret_why = xasprintf("%s has <address type='unassigned'/>: it is taken from the "
				     "host and not given to the guest",
				     source);
		return PLACE_BAD;
	}
	if (!hostdev->has_guest)
		return PLACE_GOOD;
	bad = why_bad(layout, hostdev, kind);
	if (bad) {
		*ret_why = xasprintf("%s shall be at %s in the guest, %s", source, guest, bad);
		return PLACE_BAD;
	}
	odd = is_endpoint ? why_odd(layout, kind) : NULL;
	if (!odd)
		return PLACE_GOOD;
	*ret_why = xasprintf("%s is at %s in the guest, %s", source, guest, odd);
	return PLACE_ODD;
}

/*
 * A PCI Express function behind a port of the host. Where the capability cannot be read, what is
 * behind a port is taken for one, as libvirt does it.
 */
static int is_endpoint(struct host *host, struct pci_function *function, bool *ret,
		       struct error *error)
{
	struct pci_function *port;
	struct pci_config config;
	int r = pci_parent(host, function, &port, error);

	if (r == 0)
		r = pci_config(host, function, &config, error);
	if (r == 0)
		*ret = port && (config.port >= 0 || !config.whole);
	return r;
}

int guest_place_of(struct host *host, const struct vm_definition *definition,
		   struct pci_function *function, enum guest_place *ret, char **ret_why,
		   struct error *error)
{
	const struct vm_hostdev *hostdev = vm_find_hostdev(definition, &function->address);
	bool endpoint = false;
	int r = hostdev ? is_endpoint(host, function, &endpoint, error) : 0;

	if (r < 0)
		return r;
	*ret = hostdev ? guest_place_judge(&definition->layout, hostdev, endpoint, ret_why)
		       : PLACE_GOOD;
	return 0;
}
