/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the tags of a domain's definition lie in its text. */
#include "host/programs/libvirt/domain_tags.h"

#include "base/alloc.h"

#include <errno.h>
#include <libxml/parser.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	xmlParserCtxt *parser;
	const char *text;
	size_t length;
	unsigned depth; /* of open elements */
	bool has_doctype;
	struct domain_element *open; /* the domain's own <devices> or <cpu>, while in it */
	size_t children;             /* elements of <devices> met so far */
	struct domain_tags tags;
};

/* The parser's place in the text: within or right behind the tag that it tells of. */
static size_t place(const struct scan *scan)
{
	long consumed = xmlByteConsumed(scan->parser);

	return consumed < 0 || (size_t)consumed > scan->length ? 0 : (size_t)consumed;
}

size_t domain_tag_before(const char *text, size_t end)
{
	const char *tag = memrchr(text, '<', end);

	return tag ? (size_t)(tag - text) : 0;
}

static bool is_own(const xmlChar *name, const xmlChar *uri, const char *wanted)
{
	return !uri && !strcmp((const char *)name, wanted);
}

static void add_address(struct scan *scan, struct domain_element element)
{
	struct domain_tags *tags = &scan->tags;

	tags->addresses = xreallocarray(tags->addresses, tags->address_count + 1,
					sizeof(*tags->addresses));
	tags->addresses[tags->address_count++] = (struct domain_address){
		.child = scan->children - 1,
		.element = element,
	};
}

static bool in_devices(const struct scan *scan)
{
	return scan->open == &scan->tags.devices;
}

/* The first <devices> and the first <cpu> of the domain are its own. */
static struct domain_element *wanted_child(struct scan *scan, const xmlChar *name,
					   const xmlChar *uri)
{
	struct domain_tags *tags = &scan->tags;

	if (is_own(name, uri, "devices") && !tags->devices.found)
		return &tags->devices;
	return is_own(name, uri, "cpu") && !tags->cpu.found ? &tags->cpu : NULL;
}

static void start_element(void *data, const xmlChar *name, const xmlChar *prefix,
			  const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
			  int attribute_count, int defaulted_count, const xmlChar **attributes)
{
	struct scan *scan = data;
	size_t start = domain_tag_before(scan->text, place(scan));
	const struct domain_element new = { .found = true, .start = start };

	(void)prefix, (void)namespace_count, (void)namespaces;
	(void)attribute_count, (void)defaulted_count, (void)attributes;
	scan->depth++;
	if (scan->depth == 1 && is_own(name, uri, "domain"))
		scan->tags.domain = new;
	if (scan->depth == 2) {
		scan->tags.domain.has_child = true;
		scan->tags.domain.last_child = start;
		scan->open = wanted_child(scan, name, uri);
		if (scan->open)
			*scan->open = new;
	} else if (scan->depth == 3 && scan->open) {
		scan->open->has_child = true;
		scan->open->last_child = start;
		scan->children += in_devices(scan);
	} else if (scan->depth == 4 && in_devices(scan) && is_own(name, uri, "address")) {
		add_address(scan, new);
	}
}

static void end_element(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct scan *scan = data;

	(void)prefix;
	if (scan->depth == 4 && in_devices(scan) && is_own(name, uri, "address"))
		scan->tags.addresses[scan->tags.address_count - 1].element.end = place(scan);
	if (scan->depth == 2 && scan->open) {
		scan->open->end = place(scan);
		scan->open = NULL;
	}
	if (scan->depth == 1)
		scan->tags.domain.end = place(scan);
	scan->depth--;
}

/* A document type can hide tags in entities, where their places are no places of the text. */
static void meet_doctype(void *data, const xmlChar *name, const xmlChar *id, const xmlChar *uri)
{
	struct scan *scan = data;

	(void)name, (void)id, (void)uri;
	scan->has_doctype = true;
	xmlStopParser(scan->parser);
}

/* An element that ends where its tag ends: the places can be trusted. */
static bool is_placed(const struct scan *scan, const struct domain_element *element,
		      const char *name)
{
	return element->end > element->start && element->end <= scan->length &&
	       scan->text[element->end - 1] == '>' &&
	       !strncmp(scan->text + element->start + 1, name, strlen(name));
}

/* What came as JSON is UTF-8, whatever an XML declaration in it says. */
static bool parse(struct scan *scan)
{
	const xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.internalSubset = meet_doctype,
		.startElementNs = start_element,
		.endElementNs = end_element,
	};
	bool well_formed;

	*scan->parser->sax = handler;
	scan->parser->userData = scan;
	xmlCtxtReadMemory(scan->parser, scan->text, (int)scan->length, NULL, NULL,
			  XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
				  XML_PARSE_IGNORE_ENC);
	well_formed = scan->parser->wellFormed;
	xmlFreeParserCtxt(scan->parser);
	return well_formed;
}

static bool are_placed(const struct scan *scan)
{
	const struct domain_tags *tags = &scan->tags;

	for (size_t i = 0; i < tags->address_count; i++)
		if (!is_placed(scan, &tags->addresses[i].element, "address"))
			return false;
	return is_placed(scan, &tags->domain, "domain") &&
	       (!tags->devices.found || is_placed(scan, &tags->devices, "devices")) &&
	       (!tags->cpu.found || is_placed(scan, &tags->cpu, "cpu"));
}

/* NULL when its tags were found. */
static const char *look(struct scan *scan)
{
	bool well_formed = parse(scan);

	if (scan->has_doctype)
		return "it has a document type, as libvirt writes none";
	if (!well_formed)
		return "no well-formed XML";
	if (!scan->tags.domain.found)
		return "no <domain> in it";
	return are_placed(scan) ? NULL : "its tags could not be found again";
}

int domain_tags_find(const char *xml, struct domain_tags *ret, struct error *error)
{
	struct scan scan = { .text = xml, .length = strlen(xml) };
	const char *trouble;

	if (scan.length > INT_MAX)
		return error_set(error, EFBIG, "the definition is too large");
	scan.parser = xmlNewParserCtxt();
	if (!scan.parser)
		return error_set_errno(error, ENOMEM, "reading the definition");
	trouble = look(&scan);
	if (trouble) {
		domain_tags_free(&scan.tags);
		return error_set(error, EINVAL, "%s", trouble);
	}
	*ret = scan.tags;
	return 0;
}

void domain_tags_free(struct domain_tags *tags)
{
	free(tags->addresses);
	*tags = (struct domain_tags){ 0 };
}
