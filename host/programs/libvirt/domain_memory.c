/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a domain has, what limits it and what backs it. */
#include "host/programs/libvirt/domain_memory.h"

#include "base/alloc.h"
#include "host/programs/libvirt/domain_node.h"
#include "host/vm/node_set.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What libvirt takes for no limit (VIR_DOMAIN_MEMORY_PARAM_UNLIMITED). */
#define UNLIMITED UINT64_C(9007199254740991)

enum { LAST_CELL = 255 };

/* Bytes in a unit, as virScaleInteger has them: k, KiB; KB is 1000. 0 for no unit. */
static uint64_t bytes_of_unit(const char *unit)
{
	static const char prefixes[] = "kmgtpe";
	const char *prefix = *unit ? strchr(prefixes, tolower((unsigned char)*unit)) : NULL;
	uint64_t base, bytes = 1;

	if (!strcasecmp(unit, "b") || !strcasecmp(unit, "byte") || !strcasecmp(unit, "bytes"))
		return 1;
	if (!prefix)
		return 0;
	if (!unit[1] || !strcasecmp(unit + 1, "iB"))
		base = 1024;
	else if (!strcasecmp(unit + 1, "B"))
		base = 1000;
	else
		return 0;
	for (const char *at = prefixes; at <= prefix; at++)
		bytes *= base;
	return bytes;
}

/* A number with a unit in KiB, rounded up; JSON's null when it is none, or too large. */
static json_t *scaled(const char *number, const char *unit)
{
	uint64_t scale = bytes_of_unit(unit ? unit : "KiB"), value;
	char *end;

	while (isspace((unsigned char)*number))
		number++;
	errno = 0;
	value = strtoull(number, &end, 10);
	while (isspace((unsigned char)*end))
		end++;
	if (!isdigit((unsigned char)*number) || *end || errno || !scale ||
	    value > INT64_MAX / scale)
		return json_null();
	return json_integer((json_int_t)((value * scale + 1023) / 1024));
}

static json_t *attribute_size(xmlNode *node, const char *name)
{
	_cleanup_free_ char *number = attribute_text(node, name);
	_cleanup_free_ char *unit = attribute_text(node, "unit");

	return number ? scaled(number, unit) : json_null();
}

json_t *domain_element_size(xmlNode *node)
{
	_cleanup_(free_xml) xmlChar *number = node ? xmlNodeGetContent(node) : NULL;
	_cleanup_free_ char *unit = node ? attribute_text(node, "unit") : NULL;

	return number ? scaled((const char *)number, unit) : json_null();
}

static xmlNode *grandchild(const xmlNode *domain, const char *child, const char *name)
{
	xmlNode *node = child_named(domain, child);

	return node ? child_named(node, name) : NULL;
}

static json_t *hard_limit(const xmlNode *domain)
{
	json_t *limit = domain_element_size(grandchild(domain, "memtune", "hard_limit"));

	if (!json_is_integer(limit) || (uint64_t)json_integer_value(limit) < UNLIMITED)
		return limit;
	json_decref(limit);
	return json_null();
}

/* KiB of the guest's NUMA cells in the set; *ret_any says whether it has cells at all. */
static uint64_t memory_of_cells(const xmlNode *domain, const char *set, bool *ret_any)
{
	xmlNode *numa = grandchild(domain, "cpu", "numa");
	uint64_t sum = 0;
	unsigned long id = 0;

	*ret_any = false;
	for (xmlNode *cell = numa ? numa->children : NULL; cell; cell = cell->next) {
		unsigned long given;
		json_t *size;

		if (!is_named(cell, "cell"))
			continue;
		*ret_any = true;
		if (xmlHasProp(cell, (const xmlChar *)"id") &&
		    number_attribute(cell, "id", LAST_CELL, &given))
			id = given;
		size = attribute_size(cell, "memory");
		if (node_set_has(set, (unsigned)id))
			sum += (uint64_t)json_integer_value(size);
		json_decref(size);
		id++;
	}
	return sum;
}

static void add_pages(json_t *list, json_t *page, uint64_t memory)
{
	json_array_append_new(list,
			      json_pack("{s:o, s:I}", "page", page, "memory", (json_int_t)memory));
}

/*
 * A <page> with nodeset is for these cells of the guest, one without for all the others. Without
 * cells all memory is in the first.
 */
static json_t *list_pages(const xmlNode *domain, uint64_t size)
{
	xmlNode *huge = grandchild(domain, "memoryBacking", "hugepages"), *rest = NULL;
	json_t *list = json_array();
	bool has_page = false, any;
	uint64_t left = size;

	for (xmlNode *page = huge ? huge->children : NULL; page; page = page->next) {
		_cleanup_free_ char *set = NULL;
		uint64_t memory;

		if (!is_named(page, "page"))
			continue;
		has_page = true;
		set = attribute_text(page, "nodeset");
		if (!set) {
			rest = page;
			continue;
		}
		memory = memory_of_cells(domain, set, &any);
		if (!any && node_set_has(set, 0))
			memory = size;
		left -= memory < left ? memory : left;
		add_pages(list, attribute_size(page, "size"), memory);
	}
	if (rest)
		add_pages(list, attribute_size(rest, "size"), left);
	else if (huge && !has_page)
		add_pages(list, json_integer(0), size);
	return list;
}

/* Only a strict binding makes the start fail when these nodes lack memory. */
static json_t *bound_nodes(const xmlNode *domain)
{
	xmlNode *memory = grandchild(domain, "numatune", "memory");
	_cleanup_free_ char *set = memory ? attribute_text(memory, "nodeset") : NULL;
	bool strict = memory && (!xmlHasProp(memory, (const xmlChar *)"mode") ||
				 attribute_is(memory, "mode", "strict"));
	json_t *text = set && strict ? json_string(set) : NULL;

	return text ? text : json_null();
}

json_t *domain_memory(const xmlNode *domain)
{
	xmlNode *backing = child_named(domain, "memoryBacking");
	xmlNode *maximum = child_named(domain, "maxMemory");
	json_t *size = domain_element_size(child_named(domain, "memory")), *result = json_object();
	unsigned long slots = 0;

	if (maximum && !number_attribute(maximum, "slots", UINT16_MAX, &slots))
		slots = 0;
	json_object_set_new(result, "pages",
			    list_pages(domain, (uint64_t)json_integer_value(size)));
	json_object_set_new(result, "size", size);
	json_object_set_new(result, "maximum", domain_element_size(maximum));
	json_object_set_new(result, "slots", json_integer((json_int_t)slots));
	json_object_set_new(result, "hard_limit", hard_limit(domain));
	json_object_set_new(result, "locked",
			    json_boolean(backing && child_named(backing, "locked")));
	json_object_set_new(result, "nodes", bound_nodes(domain));
	return result;
}
