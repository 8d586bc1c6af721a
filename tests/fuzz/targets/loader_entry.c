/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd-boot: an entry, loader.conf and the entries' names, with a NUL between them. */
#include "host/boot/loader_entry.h"
#include "base/alloc.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

static void check_entry(const char *text)
{
	struct boot_entry entry = { 0 };
	int r = loader_entry_parse(text, "debian.conf", &entry);

	PROMISE(r == 0 || (r == -EINVAL && !entry.kernel));
	if (r < 0)
		return;
	PROMISE(strstr(text, entry.kernel));
	PROMISE(strstr(text, entry.title) || !strcmp(entry.title, "debian.conf"));
	PROMISE(strlen(entry.arguments) <= strlen(text));
	PROMISE(!strpbrk(entry.kernel, "\n") && !strpbrk(entry.arguments, "\n"));
	boot_entry_free(&entry);
}

static void check_choice(const char *names, const char *pattern)
{
	_cleanup_strings_ struct strings list = { 0 };
	const char *line, *picked;
	size_t length;
	bool any = false;

	while (next_line(&names, &line, &length))
		strings_take(&list, xstrndup(line, length));
	picked = loader_entry_pick(&list, pattern);
	for (size_t i = 0; i < list.count; i++)
		any |= ends_with(list.items[i], ".conf");
	PROMISE(any == (picked != NULL));
	PROMISE(!picked || (strings_have(&list, picked) && ends_with(picked, ".conf")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *entry = input_text(&input), *conf = input_text(&input);
	_cleanup_free_ char *names = input_text(&input);
	_cleanup_free_ char *pattern = loader_conf_default(conf);

	check_entry(entry);
	PROMISE(!pattern || (strstr(conf, pattern) && !strchr(pattern, '\n')));
	check_choice(names, pattern ? pattern : "*");
	return 0;
}
