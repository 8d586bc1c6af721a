/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virtual machines of the host, by way of gpucheck-libvirt. */
#include "host/vm/vms.h"

#include "base/alloc.h"
#include "host/process/answer.h"
#include "host/state.h"
#include "host/vm/recorded_libvirt.h"
#include "host/vm/vm_files.h"
#include "host/vm/vm_program.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

void vms_connect(struct host *host, const char *uri)
{
	host->libvirt_uri = uri;
}

const char *vms_uri(const struct host *host)
{
	return host->libvirt_uri ? host->libvirt_uri : SYSTEM_URI;
}

static bool read_addresses(const json_t *list, struct pci_address **ret, size_t *ret_count)
{
	size_t count = json_array_size(list);

	*ret = xcalloc(count, sizeof(**ret));
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text || !pci_address_parse(text, &(*ret)[i]))
			return false;
		*ret_count = i + 1;
	}
	return true;
}

static bool read_hostdev(const json_t *item, struct vm_hostdev *ret)
{
	const char *source = answer_string(item, "source"), *guest = answer_string(item, "guest");

	if (!source || !pci_address_parse(source, &ret->source))
		return false;
	ret->has_guest = guest && pci_address_parse(guest, &ret->guest);
	ret->unassigned = json_is_true(json_object_get(item, "unassigned"));
	ret->managed = json_is_true(json_object_get(item, "managed"));
	ret->option_rom = json_is_true(json_object_get(item, "option_rom"));
	return true;
}

static bool read_definition(const json_t *object, struct vm_definition *ret)
{
	const json_t *list = json_object_get(object, "hostdevs");

	if (!json_is_object(object))
		return true;
	ret->known = true;
	ret->display = json_is_true(json_object_get(object, "display"));
	ret->hostdevs = xcalloc(json_array_size(list), sizeof(*ret->hostdevs));
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!read_hostdev(json_array_get(list, i), &ret->hostdevs[i]))
			return false;
		ret->count = i + 1;
	}
	return read_addresses(json_object_get(object, "commandline"), &ret->commandline,
			      &ret->commandline_count) &&
	       pci_layout_read(json_object_get(object, "layout"), &ret->layout) &&
	       vm_memory_read(json_object_get(object, "memory"), &ret->memory) &&
	       address_space_read(json_object_get(object, "space"), &ret->space);
}

static void read_strings(const json_t *list, struct strings *ret)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (text)
			strings_add(ret, text);
	}
}

static bool read_vm(const json_t *object, struct vm *vm)
{
	const char *name = answer_string(object, "name"), *state = answer_string(object, "state");

	if (!name || !state)
		return false;
	vm->name = xstrdup(name);
	vm->state = xstrdup(state);
	vm->running = !strcmp(state, "running");
	vm->active = vm->running || !strcmp(state, "paused") || !strcmp(state, "suspended");
	vm->managed_save = json_is_true(json_object_get(object, "managed_save"));
	read_strings(json_object_get(object, "addresses"), &vm->addresses);
	read_strings(json_object_get(object, "broken"), &vm->broken);
	return read_definition(json_object_get(object, "saved"), &vm->saved) &&
	       read_definition(json_object_get(object, "live"), &vm->live);
}

static int by_name(const void *left, const void *right)
{
	const struct vm *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static int read_answer(const json_t *answer, struct vms *vms, struct error *error)
{
	const json_t *domains = json_object_get(answer, "domains");
	json_int_t version = json_integer_value(json_object_get(answer, "version"));

	vms->version = version > 0 && version <= INT_MAX ? (unsigned)version : 0;
	vms->items = xcalloc(json_array_size(domains), sizeof(*vms->items));
	for (size_t i = 0; i < json_array_size(domains); i++) {
		vms->count = i + 1;
		if (!read_vm(json_array_get(domains, i), &vms->items[i]))
			return error_set(error, EPROTO,
					 "gpucheck-libvirt: not the answer it should be");
	}
	if (!json_is_array(domains))
		return error_set(error, EPROTO, "gpucheck-libvirt: no answer");
	if (vms->count)
		qsort(vms->items, vms->count, sizeof(*vms->items), by_name);
	return 0;
}

static int ask(struct host *host, json_t *request, struct vms *vms, struct error *error)
{
	struct program *asked = host->libvirt;
	json_t *answer;
	int r;

	host->libvirt = NULL;
	/* Until libvirt has answered there is nothing else to do. */
	if (host->guests_follow)
		guests_get_ready(host);
	r = vm_program_gather(asked, host_teller(host), request, VM_PROGRAM_SECONDS, &answer,
			      error);

	if (r < 0)
		return r;
	r = read_answer(answer, vms, error);
	json_decref(answer);
	return r;
}

/* Sockets and programs of either kind of libvirt daemon; any of them means it is installed. */
static bool is_installed(struct host *host)
{
	static const char *const traces[] = {
		"run/libvirt/libvirt-sock-ro",
		"run/libvirt/virtqemud-sock-ro",
		"usr/sbin/libvirtd",
		"usr/sbin/virtqemud",
		"etc/libvirt",
	};

	for (size_t i = 0; i < ARRAY_SIZE(traces); i++)
		if (root_exists(host->root, traces[i], NULL) > 0)
			return true;
	return false;
}

/* Named by the caller, asked already, or installed. */
static bool has_libvirt(struct host *host)
{
	return host->libvirt_uri || host->libvirt || is_installed(host);
}

static json_t *request_for(const struct host *host)
{
	return json_pack("{s:s}", "uri", vms_uri(host));
}

static bool asks_libvirt(const struct host *host)
{
	return root_is_live(host->root) || host->libvirt_uri;
}

void vms_ask_ahead(struct host *host, bool guests_too)
{
	json_t *request;

	if (!asks_libvirt(host) || host->libvirt || host->vms || host->vms_error.code ||
	    !has_libvirt(host))
		return;
	host->guests_follow = guests_too;
	request = request_for(host);
	/* Why it cannot be started is told when the answer is wanted. */
	if (request)
		host->libvirt = vm_program_start(request);
	json_decref(request);
}

static int read_libvirt(struct host *host, struct vms *vms, struct error *error)
{
	int r;

	if (!has_libvirt(host)) {
		vms->source = VMS_NO_LIBVIRT;
		return 0;
	}
	vms->source = VMS_LIBVIRT;
	vms->uri = xstrdup(vms_uri(host));
	r = ask(host, request_for(host), vms, error);
	/* What a removed libvirt left in /etc. Of a libvirt that was named the error tells more. */
	if (r == -ELIBACC && !host->libvirt_uri) {
		vms->source = VMS_NO_LIBVIRT;
		return 0;
	}
	return r < 0 ? error_wrap(error, "libvirt at %s", vms->uri) : 0;
}

static int read_files(struct host *host, struct vms *vms, struct error *error)
{
	struct recorded_libvirt told;
	json_t *request;
	int r = recorded_libvirt_read(host->root, &told, error);

	if (r < 0)
		return r;
	if (told.absent) {
		vms->source = VMS_NO_LIBVIRT;
		return 0;
	}
	r = vm_files_request(host->root, &request, error);
	vms->source = VMS_FILES;
	if (r == -ENOENT) {
		vms->source = VMS_NOT_RECORDED;
		return 0;
	}
	r = r < 0 ? r : ask(host, request, vms, error);
	vms->version = told.version;
	return r;
}

int vms_read(struct host *host, const struct vms **ret, struct error *error)
{
	if (!host->vms && !host->vms_error.code) {
		struct vms *vms = xcalloc(1, sizeof(*vms));
		int r = asks_libvirt(host) ? read_libvirt(host, vms, &host->vms_error)
					   : read_files(host, vms, &host->vms_error);

		if (r == 0)
			host->vms = vms;
		else
			vms_free(vms);
	}
	if (!host->vms)
		return error_set(error, host->vms_error.code, "%s", host->vms_error.text);
	*ret = host->vms;
	return 0;
}

static void free_definition(struct vm_definition *definition)
{
	free(definition->hostdevs);
	free(definition->commandline);
	pci_layout_free(&definition->layout);
	vm_memory_free(&definition->memory);
	address_space_free(&definition->space);
}

void vms_free(struct vms *vms)
{
	if (!vms)
		return;
	for (size_t i = 0; i < vms->count; i++) {
		struct vm *vm = &vms->items[i];

		free(vm->name);
		free(vm->state);
		free_definition(&vm->saved);
		free_definition(&vm->live);
		strings_free(&vm->addresses);
		strings_free(&vm->broken);
	}
	free(vms->items);
	free(vms->uri);
	free(vms);
}

void vms_forget(struct host *host)
{
	vms_free(host->vms);
	host->vms = NULL;
	host->vms_error = (struct error){ 0 };
}

const struct vm_hostdev *vm_find_hostdev(const struct vm_definition *definition,
					 const struct pci_address *source)
{
	for (size_t i = 0; i < definition->count; i++)
		if (pci_address_compare(&definition->hostdevs[i].source, source) == 0)
			return &definition->hostdevs[i];
	return NULL;
}

const struct vm_definition *vm_next_definition(const struct vm *vm)
{
	return vm->saved.known ? &vm->saved : &vm->live;
}

bool vm_has_on_commandline(const struct vm_definition *definition, const struct pci_address *source)
{
	for (size_t i = 0; i < definition->commandline_count; i++)
		if (pci_address_compare(&definition->commandline[i], source) == 0)
			return true;
	return false;
}

bool vm_holds(const struct vm *vm, const struct pci_address *source)
{
	return vm_find_hostdev(&vm->saved, source) || vm_find_hostdev(&vm->live, source) ||
	       vm_has_on_commandline(&vm->saved, source) ||
	       vm_has_on_commandline(&vm->live, source);
}
