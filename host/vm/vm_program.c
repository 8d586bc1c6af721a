/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpucheck-libvirt, or gpucheck-definitions, asked once. */
#include "host/vm/vm_program.h"

#include "base/alloc.h"
#include "base/json_budget.h"
#include "host/process/answer.h"
#include "host/process/program_call.h"

#include <errno.h>
#include <string.h>

enum {
	ANSWER_LIMIT = 64 << 20,         /* of libvirt */
	ANSWER_OF_DEFINITIONS = 8 << 20, /* of files, which below a root are a stranger's */
};

static int code_of(const char *kind)
{
	static const struct {
		const char *kind;
		int code;
	} codes[] = {
		{ "request", EINVAL },    { "permission", EACCES }, { "connection", ECONNREFUSED },
		{ "missing", ENOENT },    { "transient", ENODATA }, { "changed", ESTALE },
		{ "refused", EREMOTEIO }, { "timeout", ETIMEDOUT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (!strcmp(codes[i].kind, kind))
			return codes[i].code;
	return EPROTO;
}

/* A request without a uri needs no libvirt, which takes long to load. */
static const char *program_for(const json_t *request)
{
	return json_object_get(request, "uri") ? "gpucheck-libvirt" : "gpucheck-definitions";
}

struct program *vm_program_start(const json_t *request)
{
	return program_start(program_for(request), request, NULL);
}

int vm_program_ask(const struct teller *teller, json_t *request, unsigned seconds, json_t **ret,
		   struct error *error)
{
	return vm_program_gather(NULL, teller, request, seconds, ret, error);
}

int vm_program_gather(struct program *program, const struct teller *teller, json_t *request,
		      unsigned seconds, json_t **ret, struct error *error)
{
	const bool libvirt = json_object_get(request, "uri");
	struct program_call call = {
		.name = program_for(request),
		.program = program,
		.package = libvirt ? "libvirt0" : "libxml2",
		.request = request,
		.seconds = seconds,
		.limit = libvirt ? ANSWER_LIMIT : ANSWER_OF_DEFINITIONS,
		.memory = libvirt ? 0 : JSON_MEMORY,
	};
	const json_t *trouble;
	const char *kind, *text;
	int r;

	if (!request)
		return error_set(error, EINVAL, "a name or a text that is not UTF-8");
	program_call_all(&call, 1, teller, "asking libvirt");
	json_decref(request);
	if (!call.answer)
		return error_set(error, call.error.code, "%s", call.error.text);
	trouble = json_object_get(call.answer, "error");
	if (!trouble) {
		*ret = call.answer;
		return 0;
	}
	kind = answer_string(trouble, "kind");
	text = answer_string(trouble, "text");
	r = error_set(error, kind ? code_of(kind) : EPROTO, "%s", text ? text : "unknown error");
	json_decref(call.answer);
	return r;
}
