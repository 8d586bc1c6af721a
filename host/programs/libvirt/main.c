/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpucheck-libvirt: speaks with libvirt and reads domain XML for gpucheck. A program of its own, so
 * that gpucheck loads libvirt and libxml2 only when a VM is asked about, and can end a call that
 * hangs. gpucheck-definitions is the same program without libvirt, for requests that name no uri:
 * to load libvirt and the fifty libraries behind it costs more than all checks of a recorded host.
 *
 * It reads one JSON request from standard input and writes one JSON answer to standard output.
 * What only looks:
 *
 *   {"uri": "qemu:///system", "texts": true}
 *   {"files": [{"name": "vm", "state": "off", "managed_save": false, "saved": XML, "live": XML}]}
 *     {"domains": [{"name", "state", "managed_save", "saved", "live", "addresses", "broken"}],
 *      "version": 9000000}
 *
 *   {"edit": XML, "add": [{"source": "0000:01:00.0", "rom_off": true}]}
 *     {"xml": XML}
 *
 *   {"edit": XML, "drop": ["0000:01:00.0"]}
 *     {"xml": XML}
 *
 *   {"edit": XML, "widen": 39}
 *     {"xml": XML}
 *
 * texts may be left out; with it each domain has its definitions' XML too, as saved_text and
 * live_text, without passwords. saved and live are null or what domain_xml.h describes; broken
 * lists what is wrong with a definition that could not be read; version is libvirt's, as it counts,
 * left out with files. The edits are described by domain_edit.h, domain_drop.h and domain_widen.h;
 * they ask no libvirt, and rom_off may be left out.
 *
 * What needs a connection that may write:
 *
 *   {"uri": URI, "definition": "vm"}
 *     {"xml": XML}: the saved definition, with its passwords
 *   {"uri": URI, "define": "vm", "before": XML, "after": XML}
 *     {"xml": XML, "validated": true}: saved, unless the definition is not before any more; xml is
 *     what libvirt made of it, validated is false where libvirt has no schemas to compare it with
 *   {"uri": URI, "start": "vm"}
 *   {"uri": URI, "shutdown": "vm", "seconds": 120}
 *   {"uri": URI, "resume": "vm"}
 *     {"state": "running"}: or paused, suspended, crashed, off, unknown, as it is then; what is as
 *     asked for already is no error
 *
 * And to any of them:
 *
 *   {"error": {"kind", "text"}}
 *     request     not as it should be: no XML, another VM's name in it, a value that is missing
 *     permission  the caller may not do this
 *     connection  there is none to libvirt, or it broke
 *     missing     there is no such VM
 *     transient   the VM has no saved definition
 *     changed     the definition is not what before says; nothing was done
 *     refused     libvirt would not or could not do it
 *     timeout     it was asked for, and has not come about in time
 */
#include "base/alloc.h"
#include "base/json_budget.h"
#include "base/memory_limit.h"
#include "host/programs/libvirt/answer.h"
#include "host/programs/libvirt/change.h"
#include "host/programs/libvirt/connection.h"
#include "host/programs/libvirt/domain_drop.h"
#include "host/programs/libvirt/domain_edit.h"
#include "host/programs/libvirt/domain_widen.h"
#include "host/programs/serve.h"

#include <libxml/parser.h>
#include <signal.h>
#include <stdlib.h>

enum { MOST_BITS = 64 };

/* For definitions that are a stranger's: of 1 MiB of XML libxml2 may make 30 MiB. */
#define MEMORY ((size_t)48 << 20)

static json_t *read_files(const json_t *files)
{
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(files); i++) {
		json_t *file = json_array_get(files, i);
		const char *name, *state, *saved = NULL, *live = NULL;
		int managed_save;

		if (json_unpack(file, "{s:s, s:s, s:b, s?s, s?s}", "name", &name, "state", &state,
				"managed_save", &managed_save, "saved", &saved, "live",
				&live) < 0) {
			json_decref(list);
			return answer_error("request", "files: not as they should be");
		}
		json_array_append_new(list,
				      describe_domain(name, state, managed_save, saved, live));
	}
	return json_pack("{s:o}", "domains", list);
}

static bool read_addition(const json_t *item, struct vm_addition *ret)
{
	const char *source = json_string_value(json_object_get(item, "source"));

	ret->rom_off = json_is_true(json_object_get(item, "rom_off"));
	return source && pci_address_parse(source, &ret->source);
}

static json_t *edit_definition(const char *xml, const json_t *list)
{
	size_t count = json_array_size(list);
	_cleanup_free_ struct vm_addition *additions = xcalloc(count, sizeof(*additions));
	_cleanup_free_ char *edited = NULL;
	struct error error;

	for (size_t i = 0; i < count; i++)
		if (!read_addition(json_array_get(list, i), &additions[i]))
			return answer_error("request", "add: not as it should be");
	if (domain_edit(xml, additions, count, &edited, &error) < 0)
		return answer_error("request", "%s", error.text);
	return json_pack("{s:s}", "xml", edited);
}

static json_t *drop_addresses(const char *xml, const json_t *list)
{
	size_t count = json_array_size(list);
	_cleanup_free_ struct pci_address *sources = xcalloc(count, sizeof(*sources));
	_cleanup_free_ char *edited = NULL;
	struct error error;

	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text || !pci_address_parse(text, &sources[i]))
			return answer_error("request", "drop: not as it should be");
	}
	if (domain_drop(xml, sources, count, &edited, &error) < 0)
		return answer_error("request", "%s", error.text);
	return json_pack("{s:s}", "xml", edited);
}

static json_t *widen_addresses(const char *xml, const json_t *limit)
{
	json_int_t bits = json_integer_value(limit);
	_cleanup_free_ char *edited = NULL;
	struct error error;

	if (bits < 0 || bits > MOST_BITS)
		return answer_error("request", "widen: no number of bits");
	if (domain_widen(xml, (unsigned)bits, &edited, &error) < 0)
		return answer_error("request", "%s", error.text);
	return json_pack("{s:s}", "xml", edited);
}

static json_t *answer(json_t *request, const char *why_not)
{
	const char *uri = json_string_value(json_object_get(request, "uri"));
	const char *xml = json_string_value(json_object_get(request, "edit"));
	const json_t *files = json_object_get(request, "files");
	const json_t *additions = json_object_get(request, "add");
	const json_t *dropped = json_object_get(request, "drop");
	const json_t *limit = json_object_get(request, "widen");
	json_t *changed;

	if (!request)
		return answer_error("request", "%s", why_not);
	if (json_is_array(files)) {
		/* A record's; one that is edited is libvirt's own, which may be larger. */
		limit_memory(MEMORY, "the definitions are too large");
		return read_files(files);
	}
	if (xml && json_is_array(additions))
		return edit_definition(xml, additions);
	if (xml && json_is_array(dropped))
		return drop_addresses(xml, dropped);
	if (xml && json_is_integer(limit))
		return widen_addresses(xml, limit);
	if (!uri)
		return answer_error("request", "neither uri nor files nor edit");
	changed = change_domain(uri, request);
	return changed ? changed
		       : read_connection(uri, json_is_true(json_object_get(request, "texts")));
}

/* libvirt's own use of libxml2 prints what libvirt has no handler for. */
__attribute__((format(printf, 2, 3))) static void keep_libxml2_quiet(void *data, const char *format,
								     ...)
{
	(void)data;
	(void)format;
}

int main(void)
{
	/* A daemon that ends while it is asked is an error to answer. */
	signal(SIGPIPE, SIG_IGN);
	keep_libvirt_quiet();
	xmlSetGenericErrorFunc(NULL, keep_libxml2_quiet);
	return serve_request(answer);
}
