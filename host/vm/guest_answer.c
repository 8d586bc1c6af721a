/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gpucheck-guest answers, read and written again; a record may be older than this program, or
 * edited. */
#include "host/vm/guest_answer.h"

#include "base/alloc.h"
#include "host/process/answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOST_CLASS = 0xffffff, /* base class, subclass, interface */
	MOST_STATUS = 999,     /* of a program, in three digits */
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

static const char *const smi_names[] = {
	[SMI_ABSENT] = "absent",
	[SMI_IDLE] = "idle",
	[SMI_LATE] = "late",
	[SMI_ENDED] = "ended",
};

static const char *const flavour_names[] = {
	[NVIDIA_OPEN] = "open",
	[NVIDIA_CLOSED] = "closed",
};

/* The index of a name, -1 when it is none of them; an array may have holes. */
static int find_name(const char *name, const char *const names[], size_t count)
{
	for (size_t i = 0; name && i < count; i++)
		if (names[i] && !strcmp(names[i], name))
			return (int)i;
	return -1;
}

/* Hexadecimal digits and nothing else: a number up to max. */
static bool read_hex(const json_t *item, const char *key, uint64_t max, uint64_t *ret)
{
	const char *text = answer_string(item, key);

	if (!text || !*text || strspn(text, "0123456789abcdefABCDEF") != strlen(text))
		return false;
	errno = 0;
	*ret = strtoull(text, NULL, 16);
	return !errno && *ret <= max;
}

static bool read_bars(const json_t *list, struct guest_function *ret)
{
	if (!list)
		return true;
	if (!json_is_array(list) || json_array_size(list) > ARRAY_SIZE(ret->bars))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		json_int_t index = json_integer_value(json_object_get(item, "index"));
		struct pci_bar *bar = &ret->bars[i];

		if (index < 0 || index >= (json_int_t)ARRAY_SIZE(ret->bars) ||
		    !read_hex(item, "start", UINT64_MAX, &bar->start) ||
		    !read_hex(item, "end", UINT64_MAX, &bar->end) ||
		    !read_hex(item, "flags", UINT64_MAX, &bar->flags))
			return false;
		bar->index = (unsigned)index;
	}
	ret->bar_count = json_array_size(list);
	ret->has_bars = true;
	return true;
}

static void read_texts(const json_t *list, struct strings *ret)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_is_string(json_array_get(list, i)))
			strings_add(ret, json_string_value(json_array_get(list, i)));
}

static void read_modules(const json_t *list, struct guest_function *ret)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *name = answer_string(item, "name");

		if (!name)
			continue;
		strings_add(&ret->modules, name);
		if (json_is_true(json_object_get(item, "loaded")))
			strings_add(&ret->loaded, name);
	}
}

static bool read_function(const json_t *item, struct guest_function *ret)
{
	const char *address = answer_string(item, "address");
	uint64_t class, vendor, device;
	struct pci_address parsed;

	if (!address || !pci_address_parse(address, &parsed) ||
	    !read_hex(item, "class", MOST_CLASS, &class) ||
	    !read_hex(item, "vendor", UINT16_MAX, &vendor) ||
	    !read_hex(item, "device", UINT16_MAX, &device) ||
	    !read_bars(json_object_get(item, "bars"), ret))
		return false;
	pci_address_format(&parsed, ret->address);
	ret->class = (unsigned)class;
	ret->vendor = (uint16_t)vendor;
	ret->device = (uint16_t)device;
	ret->driver = xstrdup(answer_string(item, "driver"));
	read_texts(json_object_get(item, "drm"), &ret->drm);
	read_modules(json_object_get(item, "modules"), ret);
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

static void read_nvidia(const json_t *answer, struct guest_nvidia *ret)
{
	const json_t *module = json_object_get(answer, "nvidia");
	const json_t *smi = json_object_get(answer, "nvidia_smi");
	int flavour = find_name(answer_string(module, "flavour"), flavour_names,
				ARRAY_SIZE(flavour_names));
	int state = find_name(answer_string(smi, "state"), smi_names, ARRAY_SIZE(smi_names));
	const json_t *told = json_object_get(smi, "status");
	json_int_t status = json_integer_value(told);

	ret->loaded = json_is_object(module);
	ret->version = xstrdup(answer_string(module, "version"));
	ret->flavour = flavour < 0 ? NVIDIA_UNKNOWN : (enum nvidia_flavour)flavour;
	/* What ended and does not say how has told nothing. */
	ret->smi = state < 0 || (state == SMI_ENDED && !json_is_integer(told))
			   ? SMI_NOT_TOLD
			   : (enum smi_state)state;
	ret->status = status >= 0 && status <= MOST_STATUS ? (int)status : MOST_STATUS;
	read_texts(json_object_get(smi, "gpus"), &ret->listed);
	ret->text = xstrdup(answer_string(smi, "text"));
}

static enum fabric_state fabric_of(const json_t *told)
{
	if (!json_is_boolean(told))
		return FABRIC_NONE;
	return json_is_true(told) ? FABRIC_MANAGED : FABRIC_WITHOUT_MANAGER;
}

void guest_answer_read(const json_t *answer, struct guest *guest)
{
	int state = find_name(answer_string(answer, "state"), state_names, ARRAY_SIZE(state_names));

	guest->state = state < 0 ? GUEST_GARBLED : (enum guest_state)state;
	if (state < 0 || (guest->state == GUEST_ANSWERED &&
			  !read_functions(json_object_get(answer, "functions"), guest))) {
		guest->state = GUEST_GARBLED;
		guest->text = xstrdup("its recorded answer is not one of gpucheck-guest");
		return;
	}
	guest->target = xstrdup(answer_string(answer, "target"));
	guest->text = xstrdup(answer_string(answer, "text"));
	guest->command = xstrdup(answer_string(answer, "command"));
	guest->system = xstrdup(answer_string(answer, "system"));
	guest->kernel = xstrdup(answer_string(answer, "kernel"));
	read_nvidia(answer, &guest->nvidia);
	guest->fabric = fabric_of(json_object_get(answer, "fabric_manager"));
}

static json_t *hex(uint64_t number)
{
	_cleanup_free_ char *text = xasprintf("%" PRIx64, number);

	return json_string(text);
}

static json_t *list_of(const struct strings *texts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < texts->count; i++)
		json_array_append_new(list, json_string(texts->items[i]));
	return list;
}

static json_t *bars_of(const struct guest_function *function)
{
	json_t *list = json_array();

	for (size_t i = 0; i < function->bar_count; i++) {
		const struct pci_bar *bar = &function->bars[i];

		json_array_append_new(list,
				      json_pack("{s:i, s:o, s:o, s:o}", "index", (int)bar->index,
						"start", hex(bar->start), "end", hex(bar->end),
						"flags", hex(bar->flags)));
	}
	return list;
}

static json_t *modules_of(const struct guest_function *function)
{
	json_t *list = json_array();

	for (size_t i = 0; i < function->modules.count; i++) {
		const char *name = function->modules.items[i];

		json_array_append_new(list, json_pack("{s:s, s:b}", "name", name, "loaded",
						      strings_have(&function->loaded, name)));
	}
	return list;
}

static json_t *function_object(const struct guest_function *function)
{
	_cleanup_free_ char *class = xasprintf("%06x", function->class);
	_cleanup_free_ char *vendor = xasprintf("%04x", function->vendor);
	_cleanup_free_ char *device = xasprintf("%04x", function->device);
	json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:s?}", "address", function->address, "class",
				class, "vendor", vendor, "device", device, "driver",
				function->driver);

	if (function->has_bars)
		json_object_set_new(one, "bars", bars_of(function));
	if (function->drm.count)
		json_object_set_new(one, "drm", list_of(&function->drm));
	if (function->modules.count)
		json_object_set_new(one, "modules", modules_of(function));
	return one;
}

static void add_nvidia(json_t *answer, const struct guest_nvidia *nvidia)
{
	const char *flavour = flavour_names[nvidia->flavour];

	if (nvidia->loaded)
		json_object_set_new(answer, "nvidia",
				    json_pack("{s:s?, s:s}", "version", nvidia->version, "flavour",
					      flavour ? flavour : "unknown"));
	if (nvidia->smi != SMI_NOT_TOLD)
		json_object_set_new(answer, "nvidia_smi",
				    json_pack("{s:s, s:i, s:o, s:s?}", "state",
					      smi_names[nvidia->smi], "status", nvidia->status,
					      "gpus", list_of(&nvidia->listed), "text",
					      nvidia->text));
}

char *guest_answer_text(const struct guest *guest)
{
	json_t *answer = json_pack("{s:s}", "state", state_names[guest->state]);
	const struct {
		const char *key, *text;
	} texts[] = {
		{ "target", guest->target },   { "text", guest->text },
		{ "command", guest->command }, { "system", guest->system },
		{ "kernel", guest->kernel },
	};
	json_t *functions = json_array();
	char *text;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].text)
			json_object_set_new(answer, texts[i].key, json_string(texts[i].text));
	for (size_t i = 0; i < guest->count; i++)
		json_array_append_new(functions, function_object(&guest->functions[i]));
	json_object_set_new(answer, "functions", functions);
	add_nvidia(answer, &guest->nvidia);
	if (guest->fabric != FABRIC_NONE)
		json_object_set_new(answer, "fabric_manager",
				    json_boolean(guest->fabric == FABRIC_MANAGED));
	text = json_dumps(answer, JSON_INDENT(1));
	json_decref(answer);
	return text;
}

void guest_answer_free(struct guest *guest)
{
	for (size_t i = 0; i < guest->count; i++) {
		free(guest->functions[i].driver);
		strings_free(&guest->functions[i].drm);
		strings_free(&guest->functions[i].modules);
		strings_free(&guest->functions[i].loaded);
	}
	free(guest->functions);
	free(guest->target);
	free(guest->text);
	free(guest->command);
	free(guest->system);
	free(guest->kernel);
	free(guest->nvidia.version);
	free(guest->nvidia.text);
	strings_free(&guest->nvidia.listed);
}
