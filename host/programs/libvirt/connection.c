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

/* What libvirt has of a domain; each text may be missing. */
struct look {
	const char *state;
	char *saved, *live;
	bool managed_save;
};

static void look_free(struct look *look)
{
	free(look->saved);
	free(look->live);
}

#define _cleanup_look_ _cleanup_(look_free)

/*
 * False, with libvirt's error, when one of the calls failed: what the domain does not have would
 * look the same.
 */
static bool look_at(virDomainPtr domain, struct look *ret)
{
	int persistent = virDomainIsPersistent(domain), managed = 0;
	bool active;

	ret->state = domain_state(domain);
	if (persistent < 0 || !strcmp(ret->state, "unknown"))
		return false;
	active = strcmp(ret->state, "off") != 0 && strcmp(ret->state, "crashed") != 0;
	if (persistent)
		ret->saved = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
	if (persistent && !ret->saved)
		return false;
	/* Each call is a question to the daemon: only what is off can have such an image. */
	if (active)
		ret->live = virDomainGetXMLDesc(domain, 0);
	else
		managed = virDomainHasManagedSaveImage(domain, 0);
	ret->managed_save = managed > 0;
	return managed >= 0 && (!active || ret->live);
}

static bool has(const json_t *domain, const char *definition)
{
	return !json_is_null(json_object_get(domain, definition));
}

/* Add it to the list, with its guest's addresses where it is handed a device; NULL, or an error. */
static json_t *add_domain(const char *uri, virDomainPtr domain, bool texts, json_t *list)
{
	_cleanup_look_ struct look look = { 0 };
	json_t *one;

	if (!look_at(domain, &look))
		/* Between list and look one may vanish. */
		return virGetLastErrorCode() == VIR_ERR_NO_DOMAIN ? NULL
								  : answer_operation_failure();
	one = describe_domain(virDomainGetName(domain), look.state, look.managed_save, look.saved,
			      look.live);
	if (texts && look.saved)
		json_object_set_new(one, "saved_text", json_string(look.saved));
	if (texts && look.live)
		json_object_set_new(one, "live_text", json_string(look.live));
	if (has(one, "live") && (passes_something(json_object_get(one, "live")) ||
				 passes_something(json_object_get(one, "saved"))))
		find_addresses(uri, domain, json_object_get(one, "addresses"));
	json_array_append_new(list, one);
	return NULL;
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
	json_t *list, *answer, *trouble = NULL;
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
		if (!trouble)
			trouble = add_domain(uri, domains[i], texts, list);
		virDomainFree(domains[i]);
	}
	free(domains);
	/* 0 when it does not say. */
	virConnectGetLibVersion(connection, &version);
	virConnectClose(connection);
	if (trouble) {
		json_decref(list);
		return trouble;
	}
	return json_pack("{s:o, s:I}", "domains", list, "version", (json_int_t)version);
}
