/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's record: JSON that gpucheck-guest wrote, or somebody else. */
#include "host/vm/guest_answer.h"
#include "base/alloc.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check_function(const struct guest_function *function, const json_t *item)
{
	const char *vendor = json_string_value(json_object_get(item, "vendor"));
	const char *device = json_string_value(json_object_get(item, "device"));
	struct pci_address address;

	PROMISE(pci_address_parse(function->address, &address));
	PROMISE(function->class <= 0xffffff && function->bar_count <= 6);
	/* By these the card is found: no other number is taken for them. */
	PROMISE(strtoull(vendor, NULL, 16) == function->vendor);
	PROMISE(strtoull(device, NULL, 16) == function->device);
	for (size_t i = 0; i < function->bar_count; i++)
		PROMISE(function->bars[i].index < 6);
	PROMISE(function->loaded.count <= function->modules.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *answer = json_loadb((const char *)data, size, 0, NULL);
	const json_t *functions = json_object_get(answer, "functions");
	const json_t *status = json_object_get(json_object_get(answer, "nvidia_smi"), "status");
	struct guest guest = { 0 };

	guest_answer_read(answer, &guest);
	PROMISE(guest.state <= GUEST_NO_PCI && guest.nvidia.smi <= SMI_ENDED);
	PROMISE(guest.state != GUEST_GARBLED || guest.text || json_is_object(answer));
	PROMISE(guest.count <= json_array_size(functions));
	for (size_t i = 0; i < guest.count; i++)
		check_function(&guest.functions[i], json_array_get(functions, i));
	/* 0 is said by a program that ended well, and by nothing else. */
	PROMISE(guest.nvidia.smi != SMI_ENDED || json_is_integer(status));
	PROMISE(guest.nvidia.smi != SMI_ENDED || guest.nvidia.status ||
		!json_integer_value(status));
	guest_answer_free(&guest);
	json_decref(answer);
	return 0;
}
