/* SPDX-License-Identifier: GPL-2.0-or-later */
/* <maxphysaddr> put into a domain's XML: a byte is the limit, the rest is the XML. */
#include "host/programs/libvirt/domain_widen.h"
#include "base/alloc.h"
#include "host/programs/libvirt/domain_xml.h"
#include "host/vm/address_space.h"
#include "tests/fuzz/domain.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { MOST_BITS = 64 };

static void check_effect(const char *before, const char *after, unsigned limit)
{
	struct address_space space = { 0 };
	json_t *definition, *old = hostdevs_of(before), *new = hostdevs_of(after);

	PROMISE(domain_xml_read(after, strlen(after), &definition, NULL) == 0);
	PROMISE(address_space_read(json_object_get(definition, "space"), &space));
	PROMISE(json_is_string(json_object_get(json_object_get(definition, "space"), "width")));
	if (strcmp(before, after) != 0)
		PROMISE(space.width == WIDTH_PASSTHROUGH && space.limit == limit);
	PROMISE(json_equal(old, new));
	address_space_free(&space);
	json_decref(definition);
	json_decref(old);
	json_decref(new);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned limit = input_byte(&input) % (MOST_BITS + 1);
	_cleanup_free_ char *xml = input_text(&input), *edited = NULL, *again = NULL;
	struct error error;

	if (!is_utf8(xml) || domain_widen(xml, limit, &edited, &error) < 0)
		return 0;
	PROMISE(domain_widen(edited, limit, &again, &error) == 0);
	PROMISE(!strcmp(edited, again));
	promise_inserted(xml, edited);
	check_effect(xml, edited, limit);
	return 0;
}
