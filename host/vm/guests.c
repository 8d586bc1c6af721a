/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guests, by way of gpucheck-guest, or from a record of what it answered. */
#include "host/vm/guests.h"

#include "base/alloc.h"
#include "host/process/program.h"
#include "host/state.h"
#include "host/vm/guest_destination.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	ANSWER_SECONDS = 40, /* five steps of at most eight seconds each */
	ANSWER_LIMIT = 16 << 20,
};

static const char *const state_names[] = {
	[GUEST_ANSWERED] = "answered",
	[GUEST_NO_ADDRESS] = "no-address",
	[GUEST_UNREACHABLE] = "unreachable",
	[GUEST_HOST_KEY_UNKNOWN] = "host-key-unknown",
	[GUEST_HOST_KEY_CHANGED] = "host-key-changed",
	[GUEST_LOGIN_REFUSED] = "login-refused",
	[GUEST_BROKEN] = "broken",
	[GUEST_GARBLED] = "garbled",
	[GUEST_NO_PCI] = "no-pci",
};

static bool find_state(const char *name, enum guest_state *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(state_names); i++) {
		if (!state_names[i] || strcmp(state_names[i], name) != 0)
			continue;
		*ret = (enum guest_state)i;
		return true;
	}
	return false;
}

static char *copy_of(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static bool read_function(const json_t *item, struct guest_function *ret)
{
	const char *address = answer_string(item, "address"), *class = answer_string(item, "class");
	const char *vendor = answer_string(item, "vendor"), *device = answer_string(item, "device");
	struct pci_address parsed;

	if (!address || !class || !vendor || !device || !pci_address_parse(address, &parsed))
		return false;
	pci_address_format(&parsed, ret->address);
	ret->class = (unsigned)strtoul(class, NULL, 16);
	ret->vendor = (uint16_t)strtoul(vendor, NULL, 16);
	ret->device = (uint16_t)strtoul(device, NULL, 16);
	ret->driver = copy_of(answer_string(item, "driver"));
	return true;
}

static bool read_functions(const json_t *list, struct guest *guest)
{
	guest->functions = xcalloc(json_array_size(list), sizeof(*guest->functions));
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!read_function(json_array_get(list, i), &guest->functions[i]))
			return false;
		guest->count = i + 1;
	}
	return json_is_array(list);
}

static void read_answer(const json_t *answer, struct guest *guest)
{
	const char *state = answer_string(answer, "state");

	if (!state || !find_state(state, &guest->state) ||
	    (guest->state == GUEST_ANSWERED &&
	     !read_functions(json_object_get(answer, "functions"), guest))) {
		guest->state = GUEST_GARBLED;
		guest->text = xstrdup("its recorded answer is not one of gpucheck-guest");
		return;
	}
	guest->target = copy_of(answer_string(answer, "target"));
	guest->text = copy_of(answer_string(answer, "text"));
	guest->command = copy_of(answer_string(answer, "command"));
	guest->system = copy_of(answer_string(answer, "system"));
}

/* Below a root: what gpucheck-guest answered when the host was recorded. */
static void read_record(struct host *host, struct guest *guest)
{
	_cleanup_free_ char *path = xasprintf("gpucheck/guests/%s.json", guest->vm);
	_cleanup_free_ char *text = NULL;
	struct error error;
	json_t *answer;
	int r = root_read(host->root, path, ANSWER_LIMIT, &text, NULL, &error);

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
	answer = json_loads(text, 0, NULL);
	read_answer(answer, guest);
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
		read_answer(call->answer, guest);
		json_decref(call->answer);
	} else {
		guest->state = GUEST_UNREACHABLE;
		guest->text = xstrdup(call->error.text);
	}
	json_decref(call->request);
}

void guests_ask(struct host *host, const struct guest_place *places, size_t count)
{
	struct program_call *calls = xcalloc(count, sizeof(*calls));
	size_t *asked = xcalloc(count, sizeof(*asked)), call_count = 0;

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
		calls[call_count++] = (struct program_call){ .name = "gpucheck-guest",
							     .request = request,
							     .seconds = ANSWER_SECONDS,
							     .limit = ANSWER_LIMIT };
	}
	program_call_all(calls, call_count);
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

void guests_forget(struct host *host)
{
	for (size_t i = 0; i < host->guest_count; i++) {
		struct guest *guest = &host->guests[i];

		for (size_t k = 0; k < guest->count; k++)
			free(guest->functions[k].driver);
		free(guest->functions);
		free(guest->vm);
		free(guest->target);
		free(guest->text);
		free(guest->command);
		free(guest->system);
	}
	free(host->guests);
	host->guests = NULL;
	host->guest_count = 0;
}
