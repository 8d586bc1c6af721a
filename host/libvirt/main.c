/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpucheck-libvirt: speaks with libvirt and reads domain XML for gpucheck. A program of its own, so
 * that gpucheck loads libvirt and libxml2 only when a VM is asked about, and can end a call that
 * hangs.
 *
 * It reads one JSON request from standard input and writes one JSON answer to standard output:
 *
 *   {"uri": "qemu:///system"}
 *   {"files": [{"name": "vm", "state": "off", "managed_save": false, "saved": XML, "live": XML}]}
 *
 *   {"domains": [{"name", "state", "managed_save", "saved", "live", "addresses", "broken"}]}
 *   {"error": {"kind": "permission" or "connection" or "request", "text"}}
 *
 * saved and live are null or what domain_xml.h describes; broken lists what is wrong with a
 * definition that could not be read.
 */
#include "host/libvirt/connection.h"

#include <libxml/parser.h>
#include <stdlib.h>

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

static json_t *answer(const json_t *request)
{
	const char *uri = json_string_value(json_object_get(request, "uri"));
	const json_t *files = json_object_get(request, "files");

	if (json_is_array(files))
		return read_files(files);
	if (uri)
		return read_connection(uri);
	return answer_error("request", "neither uri nor files");
}

/* libvirt's own use of libxml2 prints what libvirt has no handler for. */
__attribute__((format(printf, 2, 3))) static void keep_quiet(void *data, const char *format, ...)
{
	(void)data;
	(void)format;
}

int main(void)
{
	json_error_t why;
	json_t *request, *reply;
	int failed;

	xmlSetGenericErrorFunc(NULL, keep_quiet);
	request = json_loadf(stdin, 0, &why);
	reply = request ? answer(request) : answer_error("request", why.text);
	failed = json_dumpf(reply, stdout, JSON_COMPACT) < 0 || fflush(stdout) != 0;
	json_decref(reply);
	json_decref(request);
	xmlCleanupParser();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
