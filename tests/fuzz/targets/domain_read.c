/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A domain's XML, read by gpucheck-libvirt; what it answers, gpucheck takes. */
#include "base/alloc.h"
#include "host/programs/libvirt/domain_xml.h"
#include "host/vm/address_space.h"
#include "host/vm/pci_layout.h"
#include "host/vm/vm_memory.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_hostdevs(const json_t *list)
{
	json_int_t last = -1;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *hostdev = json_array_get(list, i);
		const char *source = json_string_value(json_object_get(hostdev, "source"));
		const char *guest = json_string_value(json_object_get(hostdev, "guest"));
		json_int_t child = json_integer_value(json_object_get(hostdev, "child"));
		struct pci_address address;

		PROMISE(source && pci_address_parse(source, &address));
		PROMISE(!guest || pci_address_parse(guest, &address));
		PROMISE(child > last);
		last = child;
	}
}

static void check_memory(const json_t *object)
{
	struct vm_memory memory = { 0 };

	PROMISE(vm_memory_read(object, &memory));
	PROMISE(memory.size_kib <= INT64_MAX / 1024 && memory.maximum_kib <= INT64_MAX / 1024);
	PROMISE(memory.limit_kib <= INT64_MAX / 1024 && memory.slots <= UINT16_MAX);
	for (size_t i = 0; i < memory.pages_count; i++)
		PROMISE(memory.pages[i].page_kib <= INT64_MAX / 1024);
	vm_memory_free(&memory);
}

static void check_space(const json_t *object)
{
	struct address_space space = { 0 };

	PROMISE(address_space_read(object, &space));
	PROMISE(space.bits <= 64 && space.limit <= 64 && space.host_limit <= 64);
	PROMISE(space.window_mib <= UINT32_MAX && space.hole_kib <= INT64_MAX / 1024);
	address_space_free(&space);
}

static void check_definition(const json_t *definition)
{
	struct pci_layout layout = { 0 };
	char *text = json_dumps(definition, JSON_COMPACT);

	PROMISE(text);
	free(text);
	check_hostdevs(json_object_get(definition, "hostdevs"));
	check_memory(json_object_get(definition, "memory"));
	check_space(json_object_get(definition, "space"));
	PROMISE(pci_layout_read(json_object_get(definition, "layout"), &layout));
	pci_layout_free(&layout);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *xml = input_text(&input), *name = NULL, *uuid = NULL;
	json_t *definition = NULL;
	struct error error;
	bool read;

	/* It came as a string of JSON. */
	if (!is_utf8(xml))
		return 0;
	read = domain_xml_read(xml, strlen(xml), &definition, &error) == 0;
	PROMISE(read == (definition != NULL) && (read || is_utf8(error.text)));
	if (read)
		check_definition(definition);
	PROMISE((domain_xml_identity(xml, &name, &uuid, &error) == 0) == read);
	json_decref(definition);
	return 0;
}
