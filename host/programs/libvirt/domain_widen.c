/* SPDX-License-Identifier: GPL-2.0-or-later */
/* <maxphysaddr> added to a domain's definition, as text: every other byte stays as it is. */
#include "host/programs/libvirt/domain_widen.h"

#include "base/alloc.h"
#include "host/programs/libvirt/domain_insert.h"
#include "host/programs/libvirt/domain_tags.h"
#include "host/programs/libvirt/domain_xml.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

static void put_width(FILE *out, const struct domain_layout *layout, const void *data)
{
	const unsigned *limit = data;
	_cleanup_free_ char *element =
		*limit ? xasprintf("<maxphysaddr mode='passthrough' limit='%u'/>", *limit)
		       : xstrdup("<maxphysaddr mode='passthrough'/>");

	put_line(out, layout, 0, element);
}

/* Whether the text has one, as anyone will read it. */
static int has_width(const char *xml, bool *ret, struct error *error)
{
	json_t *definition;
	int r = domain_xml_read(xml, strlen(xml), &definition, error);

	if (r < 0)
		return r;
	*ret = !json_is_null(json_object_get(json_object_get(definition, "space"), "width"));
	json_decref(definition);
	return 0;
}

int domain_widen(const char *xml, unsigned limit, char **ret, struct error *error)
{
	_cleanup_domain_tags_ struct domain_tags tags = { 0 };
	_cleanup_free_ char *edited = NULL;
	bool has;
	int r = domain_tags_find(xml, &tags, error);

	if (r == 0)
		r = has_width(xml, &has, error);
	if (r < 0)
		return r;
	if (has) {
		*ret = xstrdup(xml);
		return 0;
	}
	if (!tags.cpu.found)
		return error_set(error, EINVAL, "it has no <cpu>");
	edited = domain_insert(xml, &tags, &tags.cpu, "cpu", put_width, &limit);
	r = has_width(edited, &has, error);
	if (r < 0)
		return r;
	if (!has)
		return error_set(error, EINVAL, "its <cpu> could not be told");
	*ret = edited;
	edited = NULL;
	return 0;
}
