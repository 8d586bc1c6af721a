/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI functions added to a domain's definition, as text: every other byte stays as it is. */
#include "host/programs/libvirt/domain_edit.h"

#include "base/alloc.h"
#include "host/programs/libvirt/domain_tags.h"
#include "host/programs/libvirt/domain_xml.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define STEP "  " /* libvirt's own indentation */

/* How the text around it is laid out: every new line is eol, indent, and some steps. */
struct layout {
	const char *eol; /* "" when all of it stands on one line; then the others are empty too */
	char *outer;     /* of the element's own tags */
	char *indent;    /* of what it holds */
	char *step;
};

/* Where new elements go. */
struct gap {
	size_t at;
	bool is_empty_tag;   /* <devices/>, which is to be opened there */
	bool moves_end_tag;  /* the end tag follows at once, on the start tag's line */
	const char *newline; /* of the line that the end tag stands on, or shall; NULL when none */
};

static void free_layout(struct layout *layout)
{
	free(layout->outer);
	free(layout->indent);
	free(layout->step);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What stands before a tag on its line, when that is nothing but blanks; else NULL. */
static char *indent_of(const char *text, size_t tag)
{
	size_t begin = tag;

	while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
		begin--;
	if (begin > 0 && text[begin - 1] != '\n')
		return NULL;
	return xstrndup(text + begin, tag - begin);
}

static char *last_child_indent(const char *text, const struct domain_element *element)
{
	return element->has_child ? indent_of(text, element->last_child) : NULL;
}

/* What the domain's children are indented by. */
static char *step_of(const char *text, const struct domain_element *domain)
{
	_cleanup_free_ char *outer = indent_of(text, domain->start);
	_cleanup_free_ char *inner = last_child_indent(text, domain);
	size_t length = outer ? strlen(outer) : 0;

	if (!inner || strlen(inner) <= length || strncmp(inner, outer ? outer : "", length) != 0)
		return xstrdup(STEP);
	return xstrdup(inner + length);
}

/* The layout of an element and its children; one without is indented a step more than itself. */
static struct layout layout_of(const char *text, const struct domain_tags *tags,
			       const struct domain_element *element, const char *newline)
{
	struct layout layout = { .eol = "" };

	if (newline) {
		layout.eol = newline > text && newline[-1] == '\r' ? "\r\n" : "\n";
		layout.outer = indent_of(text, element->start);
		layout.indent = last_child_indent(text, element);
		layout.step = step_of(text, &tags->domain);
	}
	if (!layout.outer)
		layout.outer = xstrdup("");
	if (!layout.step)
		layout.step = xstrdup("");
	if (!layout.indent)
		layout.indent = xasprintf("%s%s", layout.outer, layout.step);
	return layout;
}

static void put_line(FILE *out, const struct layout *layout, unsigned steps, const char *line)
{
	fprintf(out, "%s%s", layout->eol, layout->indent);
	while (steps--)
		fputs(layout->step, out);
	fputs(line, out);
}

/* As libvirt's virDomainHostdevDefFormat and virPCIDeviceAddressFormat write it. */
static void put_hostdev(FILE *out, const struct layout *layout, unsigned steps,
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

static void put_devices(FILE *out, const struct layout *layout, bool wrapped,
			const struct vm_addition *missing, size_t count)
{
	if (wrapped)
		put_line(out, layout, 0, "<devices>");
	for (size_t i = 0; i < count; i++)
		put_hostdev(out, layout, wrapped, &missing[i]);
	if (wrapped)
		put_line(out, layout, 0, "</devices>");
}

/* The newline that starts the line of a tag, NULL when something else stands on that line. */
static const char *newline_before(const char *text, size_t tag)
{
	while (tag > 0 && (text[tag - 1] == ' ' || text[tag - 1] == '\t'))
		tag--;
	return tag > 0 && text[tag - 1] == '\n' ? text + tag - 1 : NULL;
}

/* Behind what the element holds, before the blanks that lead to its end tag. */
static struct gap find_gap(const char *text, const struct domain_element *element)
{
	struct gap gap = { .is_empty_tag = text[element->end - 2] == '/' };
	size_t close = gap.is_empty_tag ? element->end - 2 : domain_tag_before(text, element->end);

	gap.at = close;
	while (!gap.is_empty_tag && is_blank(text[gap.at - 1]))
		gap.at--;
	gap.moves_end_tag = gap.at == close && !element->has_child;
	gap.newline = newline_before(text, gap.moves_end_tag ? element->start : close);
	return gap;
}

/* The text with the missing ones in <devices>, which is made where there is none. */
static char *insert(const char *text, const struct domain_tags *tags,
		    const struct vm_addition *missing, size_t count)
{
	const bool makes_devices = !tags->devices.found;
	const struct domain_element *element = makes_devices ? &tags->domain : &tags->devices;
	struct gap gap = find_gap(text, element);
	struct layout layout = layout_of(text, tags, element, gap.newline);
	char *edited = NULL;
	size_t length;
	FILE *out = xmemstream(&edited, &length);

	fwrite(text, 1, gap.at, out);
	if (gap.is_empty_tag)
		fputc('>', out);
	put_devices(out, &layout, makes_devices, missing, count);
	if (gap.moves_end_tag && gap.newline)
		fprintf(out, "%s%s", layout.eol, layout.outer);
	if (gap.is_empty_tag)
		fprintf(out, "</%s>", makes_devices ? "domain" : "devices");
	fputs(text + (gap.is_empty_tag ? element->end : gap.at), out);
	fclose(out);
	free_layout(&layout);
	return edited;
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
