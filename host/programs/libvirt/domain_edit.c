/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI functions added to a domain's definition, as text: every other byte stays as it is. */
#include "host/programs/libvirt/domain_edit.h"

#include "base/alloc.h"
#include "host/programs/libvirt/domain_insert.h"
#include "host/programs/libvirt/domain_tags.h"
#include "host/programs/libvirt/domain_xml.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* As libvirt's virDomainHostdevDefFormat and virPCIDeviceAddressFormat write it. */
static void put_hostdev(FILE *out, const struct domain_layout *layout, unsigned steps,
			const struct vm_addition *addition)
{
	const struct pci_address *source = &addition->source;
	_cleanup_free_ char *address =
		xasprintf("<address domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/>",
			  source->domain, source->bus, source->device, source->function);

	put_line(out, layout, steps, "<hostdev mode='subsystem' type='pci' managed='yes'>");
	put_line(out, layout, steps + 1, "<source>");
	put_line(out, layout, steps + 2, address);
	put_line(out, layout, steps + 1, "</source>");
	if (addition->rom_off)
		put_line(out, layout, steps + 1, "<rom bar='off'/>");
	put_line(out, layout, steps, "</hostdev>");
}

/* What is to be added, and whether into a <devices> of its own. */
struct hostdevs {
	const struct vm_addition *missing;
	size_t count;
	bool wrapped;
};

static void put_devices(FILE *out, const struct domain_layout *layout, const void *data)
{
	const struct hostdevs *added = data;

	if (added->wrapped)
		put_line(out, layout, 0, "<devices>");
	for (size_t i = 0; i < added->count; i++)
		put_hostdev(out, layout, added->wrapped, &added->missing[i]);
	if (added->wrapped)
		put_line(out, layout, 0, "</devices>");
}

/* The text with the missing ones in <devices>, which is made where there is none. */
static char *insert(const char *text, const struct domain_tags *tags,
		    const struct vm_addition *missing, size_t count)
{
	const struct hostdevs added = { missing, count, .wrapped = !tags->devices.found };

	if (added.wrapped)
		return domain_insert(text, tags, &tags->domain, "domain", put_devices, &added);
	return domain_insert(text, tags, &tags->devices, "devices", put_devices, &added);
}

static bool has_address(const json_t *list, const char *key, const struct pci_address *address)
{
	char wanted[PCI_ADDRESS_SIZE];

	pci_address_format(address, wanted);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *text = json_string_value(key ? json_object_get(item, key) : item);

		if (text && !strcmp(text, wanted))
			return true;
	}
	return false;
}

static bool is_repeated(const struct vm_addition *additions, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (pci_address_compare(&additions[k].source, &additions[i].source) == 0)
			return true;
	return false;
}

/* Those that the text does not pass, into ret, which has room for all of them. */
static int find_missing(const char *xml, const struct vm_addition *additions, size_t count,
			struct vm_addition *ret, size_t *ret_count, struct error *error)
{
	char address[PCI_ADDRESS_SIZE];
	json_t *definition = NULL;
	int r = domain_xml_read(xml, strlen(xml), &definition, error);

	*ret_count = 0;
	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct pci_address *source = &additions[i].source;

		pci_address_format(source, address);
		if (has_address(json_object_get(definition, "commandline"), NULL, source))
			r = error_set(error, EINVAL, "it passes %s by <qemu:commandline>", address);
		else if (!has_address(json_object_get(definition, "hostdevs"), "source", source) &&
			 !is_repeated(additions, i))
			ret[(*ret_count)++] = additions[i];
	}
	json_decref(definition);
	return r;
}

int domain_edit(const char *xml, const struct vm_addition *additions, size_t count, char **ret,
		struct error *error)
{
	_cleanup_domain_tags_ struct domain_tags tags = { 0 };
	_cleanup_free_ struct vm_addition *missing = xcalloc(count, sizeof(*missing));
	_cleanup_free_ char *edited = NULL;
	size_t missing_count;
	int r = domain_tags_find(xml, &tags, error);

	if (r == 0)
		r = find_missing(xml, additions, count, missing, &missing_count, error);
	if (r < 0)
		return r;
	if (missing_count == 0) {
		*ret = xstrdup(xml);
		return 0;
	}
	edited = insert(xml, &tags, missing, missing_count);
	/* What was made is read as anyone will read it. */
	r = find_missing(edited, additions, count, missing, &missing_count, error);
	if (r < 0)
		return r;
	if (missing_count)
		return error_set(error, EINVAL, "its <devices> could not be told");
	*ret = edited;
	edited = NULL;
	return 0;
}
