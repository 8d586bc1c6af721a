/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the answers of this program share: its errors, and how it names the state of a domain. */
#include "host/programs/libvirt/answer.h"

#include "base/alloc.h"

#include <libvirt/virterror.h>
#include <stdbool.h>
#include <string.h>

static bool is_refusal(const virError *error)
{
	return error &&
	       (error->code == VIR_ERR_AUTH_FAILED || error->code == VIR_ERR_AUTH_UNAVAILABLE ||
		error->code == VIR_ERR_AUTH_CANCELLED || error->code == VIR_ERR_ACCESS_DENIED);
}

static const char *text_of(const virError *error)
{
	return error && error->message ? error->message : "unknown error";
}

json_t *answer_connection_failure(void)
{
	const virError *error = virGetLastError();
	/* A socket that may not be opened has no code of its own. */
	bool refused = is_refusal(error) || strstr(text_of(error), "Permission denied");

	return answer_error(refused ? "permission" : "connection", "%s", text_of(error));
}

json_t *answer_operation_failure(void)
{
	const virError *error = virGetLastError();
	const char *kind = "refused";

	if (is_refusal(error))
		kind = "permission";
	else if (error && error->code == VIR_ERR_NO_DOMAIN)
		kind = "missing";
	else if (error && error->domain == VIR_FROM_RPC)
		kind = "connection";
	return answer_error(kind, "%s", text_of(error));
}

const char *domain_state(virDomainPtr domain)
{
	static const char *const names[] = {
		[VIR_DOMAIN_NOSTATE] = "running",  [VIR_DOMAIN_RUNNING] = "running",
		[VIR_DOMAIN_BLOCKED] = "running",  [VIR_DOMAIN_PAUSED] = "paused",
		[VIR_DOMAIN_SHUTDOWN] = "running", [VIR_DOMAIN_SHUTOFF] = "off",
		[VIR_DOMAIN_CRASHED] = "crashed",  [VIR_DOMAIN_PMSUSPENDED] = "suspended",
	};
	int state = VIR_DOMAIN_NOSTATE, reason;

	if (virDomainGetState(domain, &state, &reason, 0) < 0 || state < 0 ||
	    (size_t)state >= ARRAY_SIZE(names))
		return "unknown";
	return names[state];
}
