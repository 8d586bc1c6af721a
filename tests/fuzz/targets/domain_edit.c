/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hostdevs put into a domain's XML: lines of addresses, and behind a NUL the XML. */
#include "host/programs/libvirt/domain_edit.h"
#include "base/alloc.h"
#include "base/strings.h"
#include "tests/fuzz/domain.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { MOST = 8 };

static size_t read_additions(const char *text, struct vm_addition ret[MOST])
{
	const char *line;
	size_t length, count = 0;

	while (count < MOST && next_line(&text, &line, &length)) {
		_cleanup_free_ char *copy = xstrndup(line, length);
		bool rom_off = ends_with(copy, "-");

		copy[length - rom_off] = '\0';
		ret[count].rom_off = rom_off;
		count += pci_address_parse(copy, &ret[count].source);
	}
	return count;
}

static bool has_source(const json_t *hostdevs, const struct pci_address *source)
{
	char text[PCI_ADDRESS_SIZE];

	pci_address_format(source, text);
	for (size_t i = 0; i < json_array_size(hostdevs); i++)
		if (!strcmp(json_string_value(
				    json_object_get(json_array_get(hostdevs, i), "source")),
			    text))
			return true;
	return false;
}

static void check_effect(const char *before, const char *after, const struct vm_addition *additions,
			 size_t count)
{
	json_t *old = hostdevs_of(before), *new = hostdevs_of(after);

	PROMISE(json_array_size(new) >= json_array_size(old));
	PROMISE(json_array_size(new) <= json_array_size(old) + count);
	for (size_t i = 0; i < json_array_size(old); i++)
		PROMISE(json_equal(json_array_get(old, i), json_array_get(new, i)));
	for (size_t i = 0; i < count; i++)
		PROMISE(has_source(new, &additions[i].source));
	json_decref(old);
	json_decref(new);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *list = input_text(&input), *xml = input_text(&input);
	_cleanup_free_ char *edited = NULL, *again = NULL;
	struct vm_addition additions[MOST] = { 0 };
	size_t count = read_additions(list, additions);
	struct error error;

	if (!is_utf8(xml) || domain_edit(xml, additions, count, &edited, &error) < 0)
		return 0;
	PROMISE(domain_edit(edited, additions, count, &again, &error) == 0);
	PROMISE(!strcmp(edited, again));
	promise_inserted(xml, edited);
	check_effect(xml, edited, additions, count);
	return 0;
}
