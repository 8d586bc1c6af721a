/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest addresses taken out of a domain's XML: a hostdev's source, and behind a NUL the XML. */
#include "host/programs/libvirt/domain_drop.h"
#include "base/alloc.h"
#include "base/strings.h"
#include "tests/fuzz/domain.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_effect(const char *before, const char *after, const struct pci_address *source)
{
	json_t *old = hostdevs_of(before), *new = hostdevs_of(after);
	char text[PCI_ADDRESS_SIZE];

	pci_address_format(source, text);
	PROMISE(json_array_size(new) == json_array_size(old));
	for (size_t i = 0; i < json_array_size(old); i++) {
		const json_t *was = json_array_get(old, i), *is = json_array_get(new, i);

		if (strcmp(json_string_value(json_object_get(was, "source")), text) != 0)
			PROMISE(json_equal(was, is));
		else
			PROMISE(json_is_null(json_object_get(is, "guest")) &&
				json_is_false(json_object_get(is, "unassigned")));
	}
	json_decref(old);
	json_decref(new);
}

/* An <address> and, where it had a line for itself, that line. */
static bool is_address(const char *gap, size_t length, bool begins_line)
{
	const char *const end = gap + length, *at = gap + strspn(gap, " \t");

	if (!starts_with(at, "<address") || (at > gap && !begins_line))
		return false;
	if (end[-1] == '>')
		return at == gap;
	if (end[-1] != '\n' || !begins_line)
		return false;
	for (at = end - 1; at > gap && strchr(" \t\r", at[-1]); at--)
		;
	return at[-1] == '>';
}

/* Nothing but an address was cut from before, as one piece: wherever equal bytes let it begin. */
static void promise_address_cut(const char *before, const char *after)
{
	size_t gap = strlen(before) - strlen(after), at = 0;

	while (after[at] && before[at] == after[at])
		at++;
	for (;; at--) {
		bool begins_line = !at || before[at - 1] == '\n';

		if (!strcmp(before + at + gap, after + at) &&
		    is_address(before + at, gap, begins_line))
			return;
		PROMISE(at > 0);
	}
}

/* How many hostdevs pass it. */
static size_t count_source(const char *xml, const struct pci_address *source)
{
	json_t *hostdevs = hostdevs_of(xml);
	char text[PCI_ADDRESS_SIZE];
	size_t count = 0;

	pci_address_format(source, text);
	for (size_t i = 0; i < json_array_size(hostdevs); i++) {
		const json_t *one = json_array_get(hostdevs, i);

		count += !strcmp(json_string_value(json_object_get(one, "source")), text);
	}
	json_decref(hostdevs);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input), *xml = input_text(&input);
	_cleanup_free_ char *edited = NULL, *again = NULL;
	struct pci_address source;
	struct error error;

	if (!pci_address_parse(text, &source) || !is_utf8(xml) ||
	    domain_drop(xml, &source, 1, &edited, &error) < 0)
		return 0;
	PROMISE(domain_drop(edited, &source, 1, &again, &error) == 0);
	PROMISE(!strcmp(edited, again));
	promise_cut(xml, edited);
	if (strcmp(xml, edited) != 0 && count_source(xml, &source) == 1)
		promise_address_cut(xml, edited);
	check_effect(xml, edited, &source);
	return 0;
}
