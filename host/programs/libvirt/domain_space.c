/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sets the width of a guest's physical addresses, and the room in them for its PCI devices. */
#include "host/programs/libvirt/domain_space.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "host/programs/libvirt/domain_memory.h"
#include "host/programs/libvirt/domain_node.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 64 };

#define WINDOW_KEY "opt/ovmf/X-PciMmio64Mb"
#define LIMIT_KEY  "host-x86_64-cpu.host-phys-bits-limit="

static json_t *content(xmlNode *node)
{
	_cleanup_(free_xml) xmlChar *text = node ? xmlNodeGetContent(node) : NULL;

	return take_string(text && *text ? xstrdup((const char *)text) : NULL);
}

static json_t *policy_of(xmlNode *cpu, const char *feature)
{
	for (xmlNode *node = cpu ? cpu->children : NULL; node; node = node->next)
		if (is_named(node, "feature") && attribute_is(node, "name", feature))
			return take_string(attribute_text(node, "policy"));
	return json_null();
}

static json_t *mode_of(xmlNode *cpu)
{
	char *mode = cpu ? attribute_text(cpu, "mode") : NULL;

	return cpu && !mode ? json_string("custom") : take_string(mode);
}

static void read_width(xmlNode *cpu, json_t *result)
{
	xmlNode *node = cpu ? child_named(cpu, "maxphysaddr") : NULL;
	unsigned long bits = 0, limit = 0;

	if (node && (!number_attribute(node, "bits", WIDEST, &bits) ||
		     !number_attribute(node, "limit", WIDEST, &limit)))
		bits = limit = 0;
	json_object_set_new(result, "width",
			    take_string(node ? attribute_text(node, "mode") : NULL));
	json_object_set_new(result, "bits", json_integer((json_int_t)bits));
	json_object_set_new(result, "limit", json_integer((json_int_t)limit));
}

/* "name=opt/ovmf/X-PciMmio64Mb,string=65536", the same with file= or without name= */
static json_t *window_asked(const char *argument)
{
	const char *at = strstr(argument, WINDOW_KEY ",string=");
	unsigned long number;
	char *end;

	if (!at)
		return NULL;
	at += strlen(WINDOW_KEY ",string=");
	errno = 0;
	number = strtoul(at, &end, 10);
	/* As OVMF's QemuFwCfgParseUint32: what is no number of 32 bits is no setting. */
	if (!isdigit((unsigned char)*at) || *end || errno || number > UINT32_MAX)
		return NULL;
	return json_integer((json_int_t)number);
}

/* What -global sets of -cpu host, as "host-x86_64-cpu.host-phys-bits-limit=39". */
static bool read_limit(const char *argument, json_t *result)
{
	const char *number = argument + strlen(LIMIT_KEY);
	unsigned long bits;
	char *end;

	if (!starts_with(argument, LIMIT_KEY) || !isdigit((unsigned char)*number))
		return false;
	bits = strtoul(number, &end, 10);
	if (*end || bits > WIDEST)
		return false;
	json_object_set_new(result, "host_limit", json_integer((json_int_t)bits));
	return true;
}

static void read_argument(const char *argument, void *data)
{
	json_t *result = data;
	json_t *window = window_asked(argument);

	if (window)
		json_object_set_new(result, "window", window);
	if (!strcmp(argument, "-cpu") ||
	    (strstr(argument, "phys-bits") && !read_limit(argument, result)))
		json_object_set_new(result, "own_cpu", json_true());
}

/* <pcihole64> of the root bus. */
static json_t *hole_of(const xmlNode *domain)
{
	xmlNode *devices = child_named(domain, "devices");

	for (xmlNode *node = devices ? devices->children : NULL; node; node = node->next)
		if (is_named(node, "controller") && attribute_is(node, "type", "pci") &&
		    attribute_is(node, "index", "0"))
			return domain_element_size(child_named(node, "pcihole64"));
	return json_null();
}

json_t *domain_space(const xmlNode *domain)
{
	xmlNode *cpu = child_named(domain, "cpu"), *os = child_named(domain, "os");
	xmlNode *model = cpu ? child_named(cpu, "model") : NULL;
	_cleanup_free_ char *type = attribute_text(domain, "type");
	json_t *result = json_object();

	json_object_set_new(result, "kvm", json_boolean(!type || strcmp(type, "qemu") != 0));
	json_object_set_new(result, "own_cpu", json_false());
	json_object_set_new(result, "host_limit", json_integer(0));
	json_object_set_new(result, "cpu", mode_of(cpu));
	json_object_set_new(result, "model", content(model));
	json_object_set_new(result, "gigabyte_pages", policy_of(cpu, "pdpe1gb"));
	read_width(cpu, result);
	json_object_set_new(result, "loader", content(os ? child_named(os, "loader") : NULL));
	json_object_set_new(result, "window", json_null());
	json_object_set_new(result, "hole", hole_of(domain));
	each_argument(domain, read_argument, result);
	return result;
}
