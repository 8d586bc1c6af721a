/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The domains of a libvirt connection, read without changing anything. */
#include "host/programs/libvirt/connection.h"

#include "base/alloc.h"
#include "host/programs/libvirt/answer.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>

static bool has_string(const json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *item = json_string_value(json_array_get(list, i));

		if (item && !strcmp(item, text))
			return true;
	}
	return false;
}

static bool passes_something(const json_t *definition)
{
	return json_array_size(json_object_get(definition, "hostdevs")) > 0;
}

/* Link-local and loopback addresses lead nowhere from here. */
static bool is_useful(const char *address)
{
	return strncmp(address, "127.", 4) != 0 && strcmp(address, "::1") != 0 &&
	       strncasecmp(address, "fe80:", 5) != 0;
}

/* IPv4 first: known_hosts and hostfwd rules are mostly written for it. */
static size_t add_addresses(virDomainPtr domain, unsigned source, json_t *list)
{
	virDomainInterfacePtr *interfaces = NULL;
	int count = virDomainInterfaceAddresses(domain, &interfaces, source, 0);

	for (int type = VIR_IP_ADDR_TYPE_IPV4; type <= VIR_IP_ADDR_TYPE_IPV6; type++)
		for (int i = 0; i < count; i++)
			for (unsigned k = 0; k < interfaces[i]->naddrs; k++) {
				const virDomainIPAddress *one = &interfaces[i]->addrs[k];

				if (one->type == type && is_useful(one->addr) &&
				    !has_string(list, one->addr))
					json_array_append_new(list, json_string(one->addr));
			}
	for (int i = 0; i < count; i++)
		virDomainInterfaceFree(interfaces[i]);
	free(interfaces);
	return json_array_size(list);
}

/* Lease, agent, ARP, in turn; only the agent needs a connection that may write. */
static void find_addresses(const char *uri, virDomainPtr domain, json_t *list)
{
	virConnectPtr writable;
	virDomainPtr same;

	if (add_addresses(domain, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE, list))
		return;
	writable = virConnectOpen(uri);
	same = writable ? virDomainLookupByName(writable, virDomainGetName(domain)) : NULL;
	if (same) {
		add_addresses(same, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT, list);
		virDomainFree(same);
	}
	if (writable)
		virConnectClose(writable);
	if (!json_array_size(list))
		add_addresses(domain, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP, list);
}

static json_t *read_domain(virDomainPtr domain, bool texts)
{
	const char *state = domain_state(domain);
	bool active = strcmp(state, "off") != 0 && strcmp(state, "crashed") != 0;
	_cleanup_free_ char *saved = NULL, *live = NULL;
	json_t *one;

	if (virDomainIsPersistent(domain) != 0)
		saved = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
	if (active)
		live = virDomainGetXMLDesc(domain, 0);
	one = describe_domain(virDomainGetName(domain), state,
			      virDomainHasManagedSaveImage(domain, 0) == 1, saved, live);
	if (texts && saved)
		json_object_set_new(one, "saved_text", json_string(saved));
	if (texts && live)
		json_object_set_new(one, "live_text", json_string(live));
	return one;
}

static bool has(const json_t *domain, const char *definition)
{
	return !json_is_null(json_object_get(domain, definition));
}

/* Add it to the list, with its guest's addresses where it is handed a device. */
static void add_domain(const char *uri, virDomainPtr domain, bool texts, json_t *list)
{
	json_t *one = read_domain(domain, texts);

	/* One that vanished between list and look has neither definition. */
	if (!has(one, "saved") && !has(one, "live") &&
	    !json_array_size(json_object_get(one, "broken"))) {
		json_decref(one);
		return;
	}
	if (has(one, "live") && (passes_something(json_object_get(one, "live")) ||
				 passes_something(json_object_get(one, "saved"))))
		find_addresses(uri, domain, json_object_get(one, "addresses"));
	json_array_append_new(list, one);
}

static void say_nothing(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

void keep_libvirt_quiet(void)
{
	virSetErrorFunc(NULL, say_nothing);
}

json_t *read_connection(const char *uri, bool texts)
{
	virDomainPtr *domains = NULL;
	virConnectPtr connection;
	unsigned long version = 0;
	json_t *list, *answer;
	int count;

	connection = virConnectOpenReadOnly(uri);
	if (!connection)
		return answer_connection_failure();
	count = virConnectListAllDomains(connection, &domains, 0);
	if (count < 0) {
		answer = answer_connection_failure();
		virConnectClose(connection);
		return answer;
	}
	list = json_array();
	for (int i = 0; i < count; i++) {
		add_domain(uri, domains[i], texts, list);
		virDomainFree(domains[i]);
	}
	free(domains);
	/* 0 when it does not say. */
	virConnectGetLibVersion(connection, &version);
	virConnectClose(connection);
	return json_pack("{s:o, s:I}", "domains", list, "version", (json_int_t)version);
}
