/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsers of a line or a word: the whole input is given to each of them. */
#include "base/alloc.h"
#include "host/iommu/iommu_width.h"
#include "host/kernel_release.h"
#include "host/pci/reset.h"
#include "host/vm/guest_destination.h"
#include "host/vm/node_set.h"
#include "host/vm/ovmf.h"
#include "host/vm/vm_process.h"
#include "tests/fuzz/fuzz.h"

#include <limits.h>
#include <string.h>

static void check_destination(const char *text)
{
	struct guest_destination found = { 0 };

	if (guest_destination_parse(text, &found, NULL) < 0) {
		PROMISE(!found.host && !found.user);
		return;
	}
	/* Neither is an option of ssh's, nor a second word. */
	PROMISE(*found.host && *found.host != '-' && !strpbrk(found.host, " \t\n/"));
	PROMISE(!found.user || (*found.user && *found.user != '-' && !strpbrk(found.user, " \n@")));
	PROMISE(found.port >= 0 && found.port <= 65535);
	guest_destination_free(&found);
}

static void check_methods(const char *text)
{
	_cleanup_strings_ struct strings methods = { 0 };

	PROMISE(pci_reset_methods_parse(text, &methods) == 0 || !methods.count);
	PROMISE(methods.count <= 16);
	for (size_t i = 0; i < methods.count; i++)
		PROMISE(*methods.items[i] && strstr(text, methods.items[i]));
}

static void check_numbers(const char *text)
{
	unsigned width = 0, major = 0, minor = 0, release = 0;

	PROMISE((iommu_width_parse(text, &width) == 0) == (width >= 1 && width <= 64));
	PROMISE(kernel_release_parse(text, &major, &minor) || (!major && !minor));
	if (ovmf_release(text, &release))
		PROMISE(release >= 200001 && release <= 209912 && release % 100 >= 1 &&
			release % 100 <= 12);
	PROMISE(vm_status_pid(text) >= 0);
}

static void check_set(const char *text)
{
	_cleanup_free_ char *with = xasprintf("^3,3,%s", text), *alone = xasprintf("^3%s", text);

	node_set_has(text, 0);
	node_set_has(text, UINT_MAX);
	/* Behind a node of its own, a text that does not name it can only leave it. */
	PROMISE(strpbrk(text, "0123456789-^") || node_set_has(with, 3));
	PROMISE(strchr(text, ',') || strchr(text, '-') || !node_set_has(alone, 3));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input);

	check_destination(text);
	check_methods(text);
	check_numbers(text);
	check_set(text);
	return 0;
}
