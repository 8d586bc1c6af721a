/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gpucheck may change of a virtual machine, by way of gpucheck-libvirt. */
#include "host/vm/vm_changes.h"

#include "base/alloc.h"
#include "host/process/answer.h"
#include "host/state.h"
#include "host/vm/vm_program.h"

#include <errno.h>
#include <string.h>

enum {
	DEFINE_SECONDS = 60,
	/* All of the guest's memory is pinned for VFIO: seconds for every 100 GiB. */
	START_SECONDS = 600,
	RESUME_SECONDS = 60,
	LONGEST_SHUTDOWN = 86400,
};

/* One request about a VM of the live host. Takes it, and says which libvirt in it. */
static int ask_live(struct host *host, json_t *request, unsigned seconds, json_t **ret,
		    struct error *error)
{
	int r;

	if (!host_is_live(host)) {
		json_decref(request);
		return error_set(error, EINVAL,
				 "a recorded host: nothing is changed but on the live one");
	}
	if (request && json_object_set_new(request, "uri", json_string(vms_uri(host))) < 0) {
		json_decref(request);
		request = NULL;
	}
	r = vm_program_ask(host_teller(host), request, seconds, ret, error);
	if (r == -ECONNREFUSED || r == -EACCES)
		return error_wrap(error, "libvirt at %s", vms_uri(host));
	return r;
}

/* A definition that may be sent. */
static int check_length(const char *xml, struct error *error)
{
	if (strlen(xml) <= LIMIT_DEFINITION)
		return 0;
	return error_set(error, EFBIG, "a definition of more than %d bytes", LIMIT_DEFINITION);
}

/* The "xml" of an answer, which is let go of. */
static int take_text(json_t *answer, char **ret, struct error *error)
{
	const char *text = answer_string(answer, "xml");
	int r = text ? check_length(text, error)
		     : error_set(error, EPROTO, "gpucheck-libvirt: not the answer it should be");

	if (r == 0)
		*ret = xstrdup(text);
	json_decref(answer);
	return r;
}

int vm_definition_text(struct host *host, const char *vm, char **ret, struct error *error)
{
	json_t *answer;
	int r = ask_live(host, json_pack("{s:s}", "definition", vm), VM_PROGRAM_SECONDS, &answer,
			 error);

	if (r == 0)
		r = take_text(answer, ret, error);
	return r < 0 ? error_wrap(error, "reading the definition of VM %s", vm) : 0;
}

static json_t *list_additions(const struct vm_addition *additions, size_t count)
{
	json_t *list = json_array();
	char address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < count; i++) {
		pci_address_format(&additions[i].source, address);
		json_array_append_new(list, json_pack("{s:s, s:b}", "source", address, "rom_off",
						      additions[i].rom_off));
	}
	return list;
}

/* One edit; takes what it is to do. */
static int edit(const char *xml, const char *verb, json_t *what, char **ret, struct error *error)
{
	json_t *answer, *request = json_pack("{s:s, s:o}", "edit", xml, verb, what);
	int r = check_length(xml, error);

	if (r == 0)
		r = vm_program_ask(NULL, request, VM_PROGRAM_SECONDS, &answer, error);
	else
		json_decref(request);
	if (r == 0)
		r = take_text(answer, ret, error);
	return r < 0 ? error_wrap(error, "editing a VM's definition") : 0;
}

int vm_definition_edit(const char *xml, const struct vm_addition *additions, size_t count,
		       char **ret, struct error *error)
{
	return edit(xml, "add", list_additions(additions, count), ret, error);
}

int vm_definition_drop(const char *xml, const struct pci_address *sources, size_t count, char **ret,
		       struct error *error)
{
	json_t *list = json_array();
	char address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < count; i++) {
		pci_address_format(&sources[i], address);
		json_array_append_new(list, json_string(address));
	}
	return edit(xml, "drop", list, ret, error);
}

int vm_definition_widen(const char *xml, unsigned limit, char **ret, struct error *error)
{
	return edit(xml, "widen", json_integer((json_int_t)limit), ret, error);
}

int vm_define(struct host *host, const char *vm, const char *before, const char *after, char **ret,
	      struct error *error)
{
	json_t *answer;
	int r = check_length(before, error);

	if (r == 0)
		r = check_length(after, error);
	if (r == 0)
		r = ask_live(host,
			     json_pack("{s:s, s:s, s:s}", "define", vm, "before", before, "after",
				       after),
			     DEFINE_SECONDS, &answer, error);
	if (r == 0)
		r = take_text(answer, ret, error);
	return r < 0 ? error_wrap(error, "saving the definition of VM %s", vm) : 0;
}

/* A request whose answer is a state; what else it is than the one wanted is an error. */
static int reach_state(struct host *host, json_t *request, unsigned seconds, const char *wanted,
		       struct error *error)
{
	const char *state;
	json_t *answer;
	int r = ask_live(host, request, seconds, &answer, error);

	if (r < 0)
		return r;
	state = answer_string(answer, "state");
	if (!state || strcmp(state, wanted) != 0)
		r = error_set(error, EREMOTEIO, "it is %s", state ? state : "in no known state");
	json_decref(answer);
	return r;
}

int vm_start(struct host *host, const char *vm, struct error *error)
{
	int r = reach_state(host, json_pack("{s:s}", "start", vm), START_SECONDS, "running", error);

	return r < 0 ? error_wrap(error, "starting VM %s", vm) : 0;
}

int vm_shut_down(struct host *host, const char *vm, unsigned seconds, struct error *error)
{
	unsigned granted = seconds < LONGEST_SHUTDOWN ? seconds : LONGEST_SHUTDOWN;
	int r = reach_state(host, json_pack("{s:s, s:i}", "shutdown", vm, "seconds", (int)granted),
			    granted + VM_PROGRAM_SECONDS, "off", error);

	return r < 0 ? error_wrap(error, "shutting down VM %s", vm) : 0;
}

int vm_resume(struct host *host, const char *vm, struct error *error)
{
	int r = reach_state(host, json_pack("{s:s}", "resume", vm), RESUME_SECONDS, "running",
			    error);

	return r < 0 ? error_wrap(error, "resuming VM %s", vm) : 0;
}
