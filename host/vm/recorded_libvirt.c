/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of libvirt is in none of its files. */
#include "host/vm/recorded_libvirt.h"

#include "base/alloc.h"
#include "base/json_budget.h"
#include "host/process/answer.h"
#include "host/state.h"
#include "host/vm/vm_program.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

int recorded_libvirt_read(struct root *root, struct recorded_libvirt *ret, struct error *error)
{
	_cleanup_free_ char *text = NULL;
	json_int_t version = 0;
	int installed = 0, r = root_read_text(root, RECORDED_LIBVIRT, LIMIT_TEXT, &text, error);
	json_t *object;

	*ret = (struct recorded_libvirt){ 0 };
	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? 0 : r;
	r = json_parse_within(text, strlen(text), JSON_MEMORY, &object, error);
	if (r < 0)
		return error_wrap(error, "/" RECORDED_LIBVIRT);
	r = json_unpack(object, "{s:b, s?I}", "installed", &installed, "version", &version);
	json_decref(object);
	if (r < 0)
		return error_set(error, EINVAL, "/" RECORDED_LIBVIRT ": not what it should be");
	ret->absent = !installed;
	ret->version = version > 0 && version <= INT_MAX ? (unsigned)version : 0;
	return 0;
}

char *recorded_libvirt_text(const struct recorded_libvirt *libvirt)
{
	json_t *object = json_pack("{s:b}", "installed", !libvirt->absent);
	char *text;

	if (libvirt->version)
		json_object_set_new(object, "version", json_integer((json_int_t)libvirt->version));
	text = json_dumps(object, JSON_INDENT(1));
	json_decref(object);
	return text;
}

static char *copy_of(const json_t *object, const char *key)
{
	const char *text = answer_string(object, key);

	return xstrdup(text);
}

static bool read_domain(const json_t *object, struct libvirt_domain *ret)
{
	*ret = (struct libvirt_domain){
		.name = copy_of(object, "name"),
		.state = copy_of(object, "state"),
		.saved = copy_of(object, "saved_text"),
		.live = copy_of(object, "live_text"),
		.managed_save = json_is_true(json_object_get(object, "managed_save")),
	};
	return ret->name && ret->state;
}

static int by_name(const void *left, const void *right)
{
	const struct libvirt_domain *one = left, *other = right;

	return strcmp(one->name, other->name);
}

int libvirt_domains(struct host *host, struct libvirt_domain **ret, size_t *ret_count,
		    struct error *error)
{
	struct libvirt_domain *domains;
	size_t count = 0;
	json_t *answer;
	const json_t *list;
	bool good = true;
	int r = vm_program_ask(host_teller(host),
			       json_pack("{s:s, s:b}", "uri", vms_uri(host), "texts", 1),
			       VM_PROGRAM_SECONDS, &answer, error);

	if (r < 0)
		return error_wrap(error, "libvirt at %s", vms_uri(host));
	list = json_object_get(answer, "domains");
	domains = xcalloc(json_array_size(list) + 1, sizeof(*domains));
	while (good && count < json_array_size(list)) {
		good = read_domain(json_array_get(list, count), &domains[count]);
		count++;
	}
	json_decref(answer);
	if (!good) {
		libvirt_domains_free(domains, count);
		return error_set(error, EPROTO, "gpucheck-libvirt: not the answer it should be");
	}
	qsort(domains, count, sizeof(*domains), by_name);
	*ret = domains;
	*ret_count = count;
	return 0;
}

void libvirt_domains_free(struct libvirt_domain *domains, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(domains[i].name);
		free(domains[i].state);
		free(domains[i].saved);
		free(domains[i].live);
	}
	free(domains);
}
