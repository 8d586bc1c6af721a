/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpucheck-guest: asks one guest over SSH what its PCI bus shows. A program of its own, so that
 * gpucheck loads libssh only when a guest is asked, guests are asked side by side, and one that
 * hangs or floods is ended.
 *
 * It reads one JSON request from standard input and writes one JSON answer to standard output:
 *
 *   {"host": "192.168.122.45", "user": "root", "port": 22}     (user and port may be missing)
 *
 *   {"state", "target", "text", "command", ...}
 *
 * state: answered; unreachable, host-key-unknown, host-key-changed, login-refused (no login); or
 * broken, garbled, no-pci (login, but no listing). text and command tell what to do about it; both
 * may be null. What follows them is the listing of listing.h; without a login it is not there.
 */
#include "base/alloc.h"
#include "base/json_budget.h"
#include "base/memory_limit.h"
#include "host/programs/guest/command.h"
#include "host/programs/guest/identity.h"
#include "host/programs/guest/listing.h"
#include "host/programs/guest/session.h"
#include "host/programs/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The longest listing that is taken needs some 30 MiB. */
#define MEMORY ((size_t)48 << 20)

static const char *const states[] = {
	[STEP_UNREACHABLE] = "unreachable",
	[STEP_HOST_KEY_UNKNOWN] = "host-key-unknown",
	[STEP_HOST_KEY_CHANGED] = "host-key-changed",
	[STEP_LOGIN_REFUSED] = "login-refused",
	[STEP_BROKEN] = "broken",
	[STEP_DONE] = "answered",
};

/* What a peer says may be no UTF-8, which JSON cannot hold: such bytes become "?". */
static json_t *text_or_null(const char *text)
{
	json_t *value = text ? json_string(text) : json_null();
	char *copy;

	if (value)
		return value;
	copy = xstrdup(text);
	for (char *at = copy; *at; at++)
		*at = (unsigned char)*at >= 0x80 ? '?' : *at;
	value = json_string(copy);
	free(copy);
	return value;
}

static json_t *answer_of(const char *state, const struct conversation *talk, const char *text)
{
	json_t *answer = json_object();

	json_object_set_new(answer, "state", json_string(state));
	json_object_set_new(answer, "target", text_or_null(talk->target));
	json_object_set_new(answer, "text", text_or_null(text));
	json_object_set_new(answer, "command", text_or_null(talk->command));
	return answer;
}

static json_t *judge_output(const struct conversation *talk)
{
	json_t *listing, *answer;
	struct error error;
	int r = listing_parse(talk->output, talk->length, &listing, &error);

	if (r == 0)
		answer = answer_of("answered", talk, NULL);
	else
		answer = answer_of(r == -ENODATA ? "no-pci" : "garbled", talk, error.text);
	json_object_update(answer, listing);
	json_decref(listing);
	return answer;
}

static json_t *ask(json_t *request, const char *why_not)
{
	struct conversation talk = { 0 };
	struct destination destination = { 0 };
	struct error error;
	int port = 0;
	json_t *answer;

	if (!request)
		return answer_of("unreachable", &talk, why_not);
	if (json_unpack(request, "{s:s, s?s, s?i}", "host", &destination.host, "user",
			&destination.user, "port", &port) < 0 ||
	    port < 0 || port > 65535)
		return answer_of("unreachable", &talk, "no host to ask");
	destination.port = (unsigned)port;
	if (become_caller(&error) < 0)
		return answer_of("unreachable", &talk, error.text);
	converse(&destination, guest_command, LISTING_LIMIT, &talk);
	answer = talk.step == STEP_DONE ? judge_output(&talk)
					: answer_of(states[talk.step], &talk, talk.text);
	conversation_free(&talk);
	return answer;
}

int main(void)
{
	/* libssh keeps what a peer sends while it waits for another packet: 256 MiB of it. */
	limit_memory(MEMORY, "the guest's side sends too much");
	/* The request may come later. */
	get_ready_to_converse();
	return serve_request(ask);
}
