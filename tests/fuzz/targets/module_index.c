/* SPDX-License-Identifier: GPL-2.0-or-later */
/* depmod's indexes: a module, a modalias, and behind a second NUL an index, read as any of them. */
#include "base/alloc.h"
#include "host/modules/index_text.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void promise_rising(const struct strings *names)
{
	for (size_t i = 1; i < names->count; i++)
		PROMISE(strcmp(names->items[i - 1], names->items[i]) < 0);
}

static void check_aliases(const char *index, size_t length, const char *modalias)
{
	_cleanup_strings_ struct strings claiming = { 0 }, builtin = { 0 };

	alias_index_claiming(index, modalias, &claiming);
	promise_rising(&claiming);
	PROMISE(claiming.count <= count_lines(index) && !strings_have(&claiming, "vfio_pci"));
	builtin_aliases_claiming(index, length, modalias, &builtin);
	promise_rising(&builtin);
	PROMISE(builtin.count <= length / strlen(".alias=pci:"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *module = input_text(&input), *modalias = input_text(&input);
	_cleanup_strings_ struct strings needs = { 0 };
	_cleanup_free_ char *index = NULL;
	size_t length;

	index = input_rest(&input, &length);
	builtin_index_has(index, module);
	alias_index_has_variant(index, module);
	PROMISE(dependency_index_find(index, module, &needs) || !needs.count);
	for (size_t i = 0; i < needs.count; i++)
		PROMISE(!strpbrk(needs.items[i], "-/ \n"));
	check_aliases(index, length, modalias);
	return 0;
}
