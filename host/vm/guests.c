/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guests, by way of gpucheck-guest, or from a record of what it answered. */
#include "host/vm/guests.h"

#include "base/alloc.h"
#include "base/json_budget.h"
#include "host/process/program_call.h"
#include "host/state.h"
#include "host/vm/guest_answer.h"
#include "host/vm/guest_destination.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM "gpucheck-guest"

enum {
	ANSWER_SECONDS = 40, /* five steps of at most eight seconds each */
};

/* Below a root: what gpucheck-guest answered when the host was recorded. */
static void read_record(struct host *host, struct guest *guest)
{
	_cleanup_free_ char *path = xasprintf("gpucheck/guests/%s.json", guest->vm);
	_cleanup_free_ char *text = NULL;
	struct error error;
	json_t *answer = NULL;
	size_t length;
	int r = root_read(host->root, path, LIMIT_ANSWER, &text, &length, &error);

	guest->recorded = true;
	if (r == -ENOENT) {
		guest->state = GUEST_NOT_RECORDED;
		guest->text = xstrdup("what the guest shows is not recorded");
		return;
	}
	if (r < 0) {
		guest->state = GUEST_UNREACHABLE;
		guest->text = xstrdup(error.text);
		return;
	}
	/* Of what is no JSON no state can be read. */
	json_parse_within(text, length, JSON_MEMORY, &answer, &error);
	guest_answer_read(answer, guest);
	json_decref(answer);
}

/* The request for one guest, NULL when nobody knows where it is. */
static json_t *request_for(const struct guest_place *place)
{
	struct guest_destination destination = { 0 };
	json_t *request;

	if (!place->destination)
		return place->address ? json_pack("{s:s}", "host", place->address) : NULL;
	if (guest_destination_parse(place->destination, &destination, NULL) < 0)
		return NULL;
	request = json_pack("{s:s, s:i}", "host", destination.host, "port", destination.port);
	if (destination.user)
		json_object_set_new(request, "user", json_string(destination.user));
	guest_destination_free(&destination);
	return request;
}

static struct guest *add_guest(struct host *host, const char *vm)
{
	struct guest *guest;

	host->guests = xreallocarray(host->guests, host->guest_count + 1, sizeof(*host->guests));
	guest = &host->guests[host->guest_count++];
	*guest = (struct guest){ .vm = xstrdup(vm) };
	return guest;
}

static void take_call(struct program_call *call, struct guest *guest)
{
	if (call->answer) {
		guest_answer_read(call->answer, guest);
		json_decref(call->answer);
	} else {
		guest->state = call->error.code == -ELIBACC ? GUEST_NO_SSH : GUEST_UNREACHABLE;
		guest->text = xstrdup(call->error.text);
	}
	json_decref(call->request);
}

/* "asking the guest ml", of several VMs all; asked: their places among the guests. */
static char *name_asked(const struct host *host, const size_t *asked, size_t count)
{
	_cleanup_strings_ struct strings names = { 0 };
	_cleanup_free_ char *joined = NULL;

	for (size_t i = 0; i < count; i++)
		strings_add(&names, host->guests[asked[i]].vm);
	joined = strings_join(&names, ", ");
	return xasprintf(count == 1 ? "asking the guest %s" : "asking the guests %s", joined);
}

void guests_get_ready(struct host *host)
{
	if (!host->ssh)
		host->ssh = program_start(PROGRAM, NULL, NULL);
}

void guests_ask(struct host *host, const struct guest_place *places, size_t count)
{
	struct program_call *calls = xcalloc(count, sizeof(*calls));
	size_t *asked = xcalloc(count, sizeof(*asked)), call_count = 0;
	_cleanup_free_ char *what = NULL;

	for (size_t i = 0; i < count; i++) {
		struct guest *guest;
		json_t *request;

		if (guest_of(host, places[i].vm))
			continue;
		guest = add_guest(host, places[i].vm);
		if (!root_is_live(host->root) && !places[i].destination && !host->libvirt_uri) {
			read_record(host, guest);
			continue;
		}
		request = request_for(&places[i]);
		if (!request) {
			guest->state = GUEST_NO_ADDRESS;
			guest->text = xstrdup("libvirt knows no address of the guest (no lease, no "
					      "guest agent, no ARP entry)");
			continue;
		}
		asked[call_count] = host->guest_count - 1;
		calls[call_count++] = (struct program_call){ .name = PROGRAM,
							     .package = "libssh-4",
							     .request = request,
							     .seconds = ANSWER_SECONDS,
							     .limit = LIMIT_ANSWER,
							     .memory = JSON_MEMORY };
	}
	if (call_count) {
		calls[0].program = host->ssh;
		host->ssh = NULL;
	}
	what = name_asked(host, asked, call_count);
	program_call_all(calls, call_count, host->teller, what);
	for (size_t i = 0; i < call_count; i++)
		take_call(&calls[i], &host->guests[asked[i]]);
	free(calls);
	free(asked);
}

const struct guest *guest_of(struct host *host, const char *vm)
{
	for (size_t i = 0; i < host->guest_count; i++)
		if (!strcmp(host->guests[i].vm, vm))
			return &host->guests[i];
	return NULL;
}

const struct guest_function *guest_next(const struct guest *guest, uint16_t vendor, uint16_t device,
					const struct guest_function *behind)
{
	size_t first = behind ? (size_t)(behind - guest->functions) + 1 : 0;

	for (size_t i = first; i < guest->count; i++)
		if (guest->functions[i].vendor == vendor && guest->functions[i].device == device)
			return &guest->functions[i];
	return NULL;
}

void guests_forget(struct host *host)
{
	for (size_t i = 0; i < host->guest_count; i++) {
		guest_answer_free(&host->guests[i]);
		free(host->guests[i].vm);
	}
	free(host->guests);
	host->guests = NULL;
	host->guest_count = 0;
}
