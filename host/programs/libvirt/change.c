/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is changed of a domain, through a connection that may write. */
#include "host/programs/libvirt/change.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "host/programs/libvirt/answer.h"
#include "host/programs/libvirt/domain_xml.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
	POLL_MS = 200,
	WAKE_SECONDS = 10, /* QEMU resets the machine, and tells libvirt by an event */
	LONGEST_SECONDS = 86400,
};

struct change {
	const char *key; /* of the request: its value is the domain's name */
	json_t *(*make)(virDomainPtr domain, const json_t *request);
};

static json_t *answer_state(const char *state)
{
	return json_pack("{s:s}", "state", state);
}

static json_t *answer_text(const char *xml)
{
	json_t *text = json_string(xml);

	if (!text)
		return answer_error("refused", "libvirt's definition is not UTF-8");
	return json_pack("{s:o}", "xml", text);
}

/* As virsh edit has it: what the next start takes, with its passwords. NULL with libvirt's error.
 */
static char *saved_text(virDomainPtr domain)
{
	return virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
}

/* The saved definition; else an error to answer. */
static json_t *read_saved(virDomainPtr domain, char **ret)
{
	int persistent = virDomainIsPersistent(domain);

	if (persistent == 0)
		return answer_error("transient", "%s is transient: no definition of it is saved",
				    virDomainGetName(domain));
	*ret = persistent == 1 ? saved_text(domain) : NULL;
	return *ret ? NULL : answer_operation_failure();
}

static json_t *definition(virDomainPtr domain, const json_t *request)
{
	_cleanup_free_ char *saved = NULL;
	json_t *trouble = read_saved(domain, &saved);

	(void)request;
	return trouble ? trouble : answer_text(saved);
}

/* libvirt would take another name or UUID for another domain. NULL when both are this domain's. */
static json_t *check_identity(virDomainPtr domain, const char *xml)
{
	_cleanup_free_ char *name = NULL, *uuid = NULL;
	char own[VIR_UUID_STRING_BUFLEN];
	struct error error;

	if (domain_xml_identity(xml, &name, &uuid, &error) < 0)
		return answer_error("request", "after: %s", error.text);
	if (virDomainGetUUIDString(domain, own) < 0)
		return answer_operation_failure();
	if (strcmp(name, virDomainGetName(domain)) != 0 || strcasecmp(uuid, own) != 0)
		return answer_error("request", "after: name and UUID are not those of %s (%s)",
				    virDomainGetName(domain), own);
	return NULL;
}

/* The code is that of any internal error; the file's name stands in the message in any language. */
static bool lacks_schemas(void)
{
	const virError *error = virGetLastError();

	return error && error->code == VIR_ERR_INTERNAL_ERROR && error->domain == VIR_FROM_XML &&
	       error->message && strstr(error->message, "domain.rng");
}

static json_t *save_definition(virDomainPtr domain, const char *xml)
{
	virConnectPtr connection = virDomainGetConnect(domain);
	_cleanup_free_ char *saved = NULL;
	virDomainPtr defined;
	bool validated = true;
	json_t *answer;

	defined = virDomainDefineXMLFlags(connection, xml, VIR_DOMAIN_DEFINE_VALIDATE);
	if (!defined && lacks_schemas()) {
		validated = false;
		defined = virDomainDefineXMLFlags(connection, xml, 0);
	}
	if (!defined)
		return answer_operation_failure();
	saved = saved_text(defined);
	if (saved) {
		answer = answer_text(saved);
		json_object_set_new(answer, "validated", json_boolean(validated));
	} else {
		answer = answer_error("refused", "defined, but not read back: %s",
				      virGetLastErrorMessage());
	}
	virDomainFree(defined);
	return answer;
}

/* libvirt has no "define unless changed": what changes between this look and that is not seen. */
static json_t *define(virDomainPtr domain, const json_t *request)
{
	const char *before = json_string_value(json_object_get(request, "before"));
	const char *after = json_string_value(json_object_get(request, "after"));
	_cleanup_free_ char *saved = NULL;
	json_t *trouble;

	if (!before || !after)
		return answer_error("request", "define: before or after is missing");
	trouble = read_saved(domain, &saved);
	if (!trouble && strcmp(saved, before) != 0)
		trouble = answer_error("changed", "someone changed the definition of %s meanwhile",
				       virDomainGetName(domain));
	if (!trouble)
		trouble = check_identity(domain, after);
	return trouble ? trouble : save_definition(domain, after);
}

/* 1, 0, or -1 with libvirt's error. */
static int is_off(virDomainPtr domain)
{
	int active = virDomainIsActive(domain);

	if (active >= 0)
		return !active;
	/* A transient domain is gone once it is off. */
	return virGetLastErrorCode() == VIR_ERR_NO_DOMAIN ? 1 : -1;
}

static int is_running(virDomainPtr domain)
{
	return !strcmp(domain_state(domain), "running");
}

/* Until it is as asked for: 1, 0 when it is not after so many seconds, -1 with libvirt's error. */
static int wait_until(int (*is_reached)(virDomainPtr), virDomainPtr domain, long long seconds)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	long long deadline = monotonic_ms() + 1000 * seconds;
	int reached;

	while ((reached = is_reached(domain)) == 0 && monotonic_ms() < deadline)
		nanosleep(&pause, NULL);
	return reached;
}

/* libvirt's last error, unless the domain is as asked for all the same: someone was faster. */
static json_t *failure_unless(int (*is_reached)(virDomainPtr), virDomainPtr domain)
{
	json_t *failure = answer_operation_failure();

	if (is_reached(domain) != 1)
		return failure;
	json_decref(failure);
	return NULL;
}

static json_t *start(virDomainPtr domain, const json_t *request)
{
	const char *state = domain_state(domain);
	json_t *failure = NULL;
	int off = is_off(domain);

	(void)request;
	if (off < 0)
		return answer_operation_failure();
	if (off && virDomainCreate(domain) < 0)
		failure = failure_unless(is_running, domain);
	else if (!off && strcmp(state, "running") != 0)
		failure = answer_error("refused", "%s is %s, not off", virDomainGetName(domain),
				       state);
	return failure ? failure : answer_state(domain_state(domain));
}

static json_t *shut_down(virDomainPtr domain, const json_t *request)
{
	const json_t *number = json_object_get(request, "seconds");
	json_int_t seconds = json_integer_value(number);
	json_t *failure = NULL;
	int off;

	if (!json_is_integer(number) || seconds < 0 || seconds > LONGEST_SECONDS)
		return answer_error("request", "shutdown: no seconds, 0 to %d", LONGEST_SECONDS);
	off = is_off(domain);
	if (off == 0 && virDomainShutdown(domain) < 0)
		failure = failure_unless(is_off, domain);
	if (failure)
		return failure;
	if (off == 0)
		off = wait_until(is_off, domain, seconds);
	if (off < 0)
		return answer_operation_failure();
	if (off == 0)
		return answer_error("timeout", "%s is %s still, %d seconds after the request",
				    virDomainGetName(domain), domain_state(domain), (int)seconds);
	return answer_state("off");
}

static json_t *resume(virDomainPtr domain, const json_t *request)
{
	const char *state = domain_state(domain);
	json_t *failure = NULL;
	int r = 0;

	(void)request;
	if (!strcmp(state, "paused"))
		r = virDomainResume(domain);
	else if (!strcmp(state, "suspended"))
		r = virDomainPMWakeup(domain, 0);
	else if (strcmp(state, "running") != 0)
		return answer_error("refused", "%s is %s, not paused", virDomainGetName(domain),
				    state);
	if (r < 0)
		failure = failure_unless(is_running, domain);
	if (failure)
		return failure;
	if (wait_until(is_running, domain, WAKE_SECONDS) != 1)
		return answer_error("timeout", "%s is %s still", virDomainGetName(domain),
				    domain_state(domain));
	return answer_state("running");
}

static const struct change changes[] = {
	{ .key = "definition", .make = definition }, { .key = "define", .make = define },
	{ .key = "start", .make = start },           { .key = "shutdown", .make = shut_down },
	{ .key = "resume", .make = resume },
};

static json_t *make_change(const char *uri, const char *name, const struct change *change,
			   const json_t *request)
{
	virConnectPtr connection = virConnectOpen(uri);
	virDomainPtr domain;
	json_t *answer;

	if (!connection)
		return answer_connection_failure();
	domain = virDomainLookupByName(connection, name);
	answer = domain ? change->make(domain, request) : answer_operation_failure();
	if (domain)
		virDomainFree(domain);
	virConnectClose(connection);
	return answer;
}

json_t *change_domain(const char *uri, const json_t *request)
{
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		const json_t *name = json_object_get(request, changes[i].key);

		if (json_is_string(name))
			return make_change(uri, json_string_value(name), &changes[i], request);
		if (name)
			return answer_error("request", "%s: no domain's name", changes[i].key);
	}
	return NULL;
}
