/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest addresses taken out of a domain's definition, as text: every other byte stays as it is. */
#include "host/programs/libvirt/domain_drop.h"

#include "base/alloc.h"
#include "host/programs/libvirt/domain_tags.h"
#include "host/programs/libvirt/domain_xml.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One of the functions is what this hostdev passes. */
static bool is_meant(const json_t *hostdev, const struct pci_address *sources, size_t count)
{
	const char *text = json_string_value(json_object_get(hostdev, "source"));
	struct pci_address source;

	if (!text || !pci_address_parse(text, &source))
		return false;
	for (size_t i = 0; i < count; i++)
		if (pci_address_compare(&sources[i], &source) == 0)
			return true;
	return false;
}

/* The device, an element of <devices>, is one of those hostdevs. */
static bool is_of_meant(const json_t *hostdevs, size_t child, const struct pci_address *sources,
			size_t count)
{
	for (size_t i = 0; i < json_array_size(hostdevs); i++) {
		const json_t *hostdev = json_array_get(hostdevs, i);
		const json_t *place = json_object_get(hostdev, "child");

		if (json_integer_value(place) == (json_int_t)child)
			return is_meant(hostdev, sources, count);
	}
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Widen the span to its whole line, with the line's end, where nothing else stands on it. */
static void take_line(const char *text, size_t *begin, size_t *end)
{
	size_t first = *begin, last = *end;

	while (first > 0 && is_blank(text[first - 1]))
		first--;
	while (is_blank(text[last]))
		last++;
	if (text[last] == '\r')
		last++;
	if (text[last] != '\n' || (first > 0 && text[first - 1] != '\n'))
		return;
	*begin = first;
	*end = last + 1;
}

static char *cut(const char *text, const struct domain_tags *tags, const json_t *hostdevs,
		 const struct pci_address *sources, size_t count)
{
	char *edited = NULL;
	size_t length, from = 0;
	FILE *out = xmemstream(&edited, &length);

	for (size_t i = 0; i < tags->address_count; i++) {
		size_t begin = tags->addresses[i].element.start;
		size_t end = tags->addresses[i].element.end;

		if (!is_of_meant(hostdevs, tags->addresses[i].child, sources, count))
			continue;
		take_line(text, &begin, &end);
		fwrite(text + from, 1, begin - from, out);
		from = end;
	}
	fputs(text + from, out);
	fclose(out);
	return edited;
}

static bool has_place(const json_t *hostdev)
{
	return json_is_true(json_object_get(hostdev, "unassigned")) ||
	       json_is_string(json_object_get(hostdev, "guest"));
}

/* What was made is read as anyone will read it: the same hostdevs, those without an address. */
static int check(const json_t *before, const char *edited, const struct pci_address *sources,
		 size_t count, struct error *error)
{
	const json_t *after;
	json_t *definition;
	bool is_good;
	int r = domain_xml_read(edited, strlen(edited), &definition, error);

	if (r < 0)
		return r;
	after = json_object_get(definition, "hostdevs");
	is_good = json_array_size(before) == json_array_size(after);
	for (size_t i = 0; is_good && i < json_array_size(after); i++) {
		const json_t *was = json_array_get(before, i), *is = json_array_get(after, i);

		if (is_meant(was, sources, count))
			is_good = is_meant(is, sources, count) && !has_place(is);
		else
			is_good = json_equal(was, is);
	}
	json_decref(definition);
	return is_good ? 0 : error_set(error, EINVAL, "its <hostdev> elements could not be told");
}

int domain_drop(const char *xml, const struct pci_address *sources, size_t count, char **ret,
		struct error *error)
{
	_cleanup_domain_tags_ struct domain_tags tags = { 0 };
	_cleanup_free_ char *edited = NULL;
	json_t *definition = NULL;
	const json_t *hostdevs;
	int r = domain_tags_find(xml, &tags, error);

	if (r == 0)
		r = domain_xml_read(xml, strlen(xml), &definition, error);
	if (r < 0)
		return r;
	hostdevs = json_object_get(definition, "hostdevs");
	edited = cut(xml, &tags, hostdevs, sources, count);
	r = check(hostdevs, edited, sources, count, error);
	json_decref(definition);
	if (r < 0)
		return r;
	*ret = edited;
	edited = NULL;
	return 0;
}
