/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest's answer says of NVIDIA's driver, and what nvidia-smi says in it. */
#include "host/programs/guest/nvidia_lines.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "host/pci/pci_address.h"

#include <stdlib.h>
#include <string.h>

enum {
	VERSION_LIMIT = 32,
	TEXT_LIMIT = 160,
	GPUS_LIMIT = 256,
};

json_t *nvidia_module(const struct words *words)
{
	static const char *const flavours[] = { "open", "closed", "unknown" };
	const char *version = words->items[1], *flavour = words->items[2];

	if (!word_is_name(version, VERSION_LIMIT))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(flavours); i++)
		if (!strcmp(flavour, flavours[i]))
			return json_pack("{s:s?, s:s}", "version",
					 strcmp(version, "-") ? version : NULL, "flavour", flavour);
	return NULL;
}

/* The state, when it may follow what was said before: absent, idle, run; after run late, status. */
static bool set_state(json_t *listing, const char *before, const char *state)
{
	json_t *smi = json_object_get(listing, "nvidia_smi");
	const char *now = json_string_value(json_object_get(smi, "state"));

	if (before ? !now || strcmp(now, before) != 0 : now != NULL)
		return false;
	if (!before)
		return json_object_set_new(listing, "nvidia_smi",
					   json_pack("{s:s, s:n, s:[], s:n}", "state", state,
						     "status", "gpus", "text")) == 0;
	return json_object_set_new(smi, "state", json_string(state)) == 0;
}

static bool set_status(json_t *listing, const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 3 || text[digits] || !set_state(listing, "running", "ended"))
		return false;
	return json_object_set_new(json_object_get(listing, "nvidia_smi"), "status",
				   json_integer(strtol(text, NULL, 10))) == 0;
}

/* A GPU's address with eight digits of domain, or words. */
static bool add_saying(json_t *listing, const char *text)
{
	json_t *smi = json_object_get(listing, "nvidia_smi");
	const char *state = json_string_value(json_object_get(smi, "state"));
	json_t *gpus = json_object_get(smi, "gpus");
	_cleanup_free_ char *copy = NULL;
	struct pci_address address;

	if (!state || strcmp(state, "running") != 0)
		return false;
	if (pci_address_parse(text, &address)) {
		char name[PCI_ADDRESS_SIZE];

		pci_address_format(&address, name);
		if (json_array_size(gpus) < GPUS_LIMIT)
			json_array_append_new(gpus, json_string(name));
		return true;
	}
	if (!*text || !json_is_null(json_object_get(smi, "text")))
		return true;
	copy = xstrndup(text, TEXT_LIMIT);
	for (char *at = copy; *at; at++)
		*at = *at < ' ' || *at > '~' ? '?' : *at;
	return json_object_set_new(smi, "text", json_string(copy)) == 0;
}

bool nvidia_smi_line(const char *text, json_t *listing)
{
	if (!strcmp(text, "absent") || !strcmp(text, "idle"))
		return set_state(listing, NULL, text);
	if (!strcmp(text, "run"))
		return set_state(listing, NULL, "running");
	if (!strcmp(text, "late"))
		return set_state(listing, "running", "late");
	if (starts_with(text, "status "))
		return set_status(listing, text + strlen("status "));
	return starts_with(text, "says") && (!text[4] || text[4] == ' ') &&
	       add_saying(listing, text + 4 + (text[4] == ' '));
}
