/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One domain of an answer, from the texts of its definitions. */
#include "host/programs/libvirt/connection.h"
#include "host/programs/libvirt/domain_xml.h"

#include <string.h>

static json_t *describe_definition(const char *xml, json_t *broken)
{
	struct error error;
	json_t *definition;

	if (!xml)
		return json_null();
	if (domain_xml_read(xml, strlen(xml), &definition, &error) == 0)
		return definition;
	json_array_append_new(broken, json_string(error.text));
	return json_null();
}

json_t *describe_domain(const char *name, const char *state, bool managed_save, const char *saved,
			const char *live)
{
	json_t *domain = json_object(), *broken = json_array();

	json_object_set_new(domain, "name", json_string(name));
	json_object_set_new(domain, "state", json_string(state));
	json_object_set_new(domain, "managed_save", json_boolean(managed_save));
	json_object_set_new(domain, "saved", describe_definition(saved, broken));
	json_object_set_new(domain, "live", describe_definition(live, broken));
	json_object_set_new(domain, "addresses", json_array());
	json_object_set_new(domain, "broken", broken);
	return domain;
}
