/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What names a PCI function: its modalias, its address, an id of vfio-pci; a NUL between them. */
#include "host/pci/pci_identity.h"
#include "base/alloc.h"
#include "host/modules/vfio_ids.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <strings.h>

static void check_modalias(const char *modalias, const char *name)
{
	_cleanup_free_ char *printed = NULL;
	struct pci_identity identity = { 0 };

	if (pci_identity_parse(modalias, name, &identity) < 0)
		return;
	PROMISE(identity.class <= 0xffffff);
	PROMISE(strlen(identity.name) < PCI_ADDRESS_SIZE);
	/* As the kernel prints it (pci_uevent); nothing else means the same. */
	printed = xasprintf("pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X", identity.vendor,
			    identity.device, identity.subvendor, identity.subdevice,
			    identity.class >> 16, identity.class >> 8 & 0xff,
			    identity.class & 0xff);
	PROMISE(!strcmp(printed, modalias));
	pci_identity_free(&identity);
}

static void check_address(const char *text)
{
	struct pci_address address, again;
	char printed[PCI_ADDRESS_SIZE];

	if (!pci_address_parse(text, &address))
		return;
	PROMISE(address.device <= 31 && address.function <= 7);
	pci_address_format(&address, printed);
	PROMISE(pci_address_parse(printed, &again));
	PROMISE(pci_address_compare(&address, &again) == 0);
	PROMISE(strlen(text) >= strlen("00:00.0") &&
		!strcasecmp(printed + strlen(printed) - strlen("00:00.0"),
			    text + strlen(text) - strlen("00:00.0")));
}

static void check_id(const char *text)
{
	const struct pci_identity card = { .vendor = 0x10de, .device = 0x2504, .class = 0x030000 };
	_cleanup_free_ char *printed = NULL;
	struct vfio_id id, again;

	if (!vfio_id_parse(text, &id))
		return;
	printed = xasprintf("%x:%x:%x:%x:%x:%x", id.vendor, id.device, id.subvendor, id.subdevice,
			    id.class, id.class_mask);
	PROMISE(vfio_id_parse(printed, &again));
	PROMISE(!memcmp(&id, &again, sizeof(id)));
	PROMISE(!vfio_id_fits(&id, &card) ||
		((id.vendor == card.vendor || id.vendor == VFIO_ID_ANY) &&
		 (id.device == card.device || id.device == VFIO_ID_ANY)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *modalias = input_text(&input), *address = input_text(&input);
	_cleanup_free_ char *id = input_text(&input);

	check_modalias(modalias, address);
	check_address(address);
	check_id(id);
	return 0;
}
