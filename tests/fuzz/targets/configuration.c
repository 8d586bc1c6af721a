/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration file. */
#include "engine/configuration.h"
#include "base/alloc.h"
#include "host/vm/guests.h"
#include "probes/catalogue.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

static void check_section(const struct configuration *configuration, size_t i, const char *text)
{
	const struct gpu_section *section = &configuration->sections[i];

	PROMISE(configuration_find(configuration, &section->gpu) == section);
	PROMISE(!section->vm || (*section->vm && strstr(text, section->vm)));
	PROMISE(!section->guest || guest_destination_check(section->guest, NULL) == 0);
	for (size_t k = 0; k < section->ignore.count; k++)
		PROMISE(catalogue_find(section->ignore.items[k]) &&
			strstr(text, section->ignore.items[k]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input);
	struct configuration configuration = { 0 };
	struct error error = { 0 };
	int r = configuration_parse(text, "gpucheck.conf", &configuration, &error);

	if (r < 0) {
		PROMISE(r == -EINVAL && starts_with(error.text, "gpucheck.conf:"));
		PROMISE(!configuration.sections);
		return 0;
	}
	PROMISE(configuration.count <= count_lines(text));
	PROMISE(!configuration.has_through || (unsigned)configuration.through < STAGES);
	for (size_t i = 0; i < configuration.count; i++)
		check_section(&configuration, i, text);
	configuration_free(&configuration);
	return 0;
}
