/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of modprobe.d; behind a NUL a kernel command line. */
#include "host/modules/modprobe.h"
#include "base/alloc.h"
#include "host/modules/vfio_ids.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define THEIRS "etc/modprobe.d/a.conf"
#define OURS   "etc/modprobe.d/gpucheck.conf"

static void check_names(const struct modprobe *modprobe)
{
	for (size_t i = 0; i < modprobe->count; i++) {
		const struct modprobe_line *line = &modprobe->lines[i];

		PROMISE(line->file && line->module && line->rest);
		PROMISE(line->command <= MODPROBE_INSTALL);
		/* - is _ but in the ranges of a pattern, and as modprobe.blacklist= has it. */
		PROMISE(!strchr(line->module, '-') || strchr(line->module, '[') || line->argument);
	}
}

static void check_lines(const struct modprobe *modprobe, enum modprobe_command command)
{
	const struct modprobe_line *line = NULL, *previous = NULL;

	while ((line = modprobe_next(modprobe, command, "vfio-pci", line))) {
		PROMISE(line->command == command && (!previous || line > previous));
		previous = line;
	}
}

static void check_ids(const struct modprobe *modprobe)
{
	_cleanup_strings_ struct strings ids = { 0 };

	vfio_ids_of_module(modprobe, &ids);
	for (size_t i = 0; i < ids.count; i++) {
		struct vfio_id id = { 0 };

		PROMISE(*ids.items[i] && !strpbrk(ids.items[i], ",\""));
		if (!vfio_id_parse(ids.items[i], &id))
			PROMISE(!id.vendor && !id.device);
	}
}

/* Behind whatever others wrote, our own file has its effect. */
static void check_ours(struct modprobe *modprobe)
{
	_cleanup_free_ char *value = NULL;
	const struct modprobe_line *line;

	modprobe_parse("options vfio-pci ids=10de:2504\nsoftdep nouveau pre: vfio-pci\n", OURS,
		       modprobe);
	line = modprobe_parameter(modprobe, "vfio_pci", "ids", &value);
	PROMISE(line && !strcmp(line->file, OURS) && !strcmp(value, "10de:2504"));
	if (!modprobe_loads_before(modprobe, "vfio-pci", "nouveau", &line))
		PROMISE(line && strcmp(line->file, OURS) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input), *arguments = input_text(&input);
	_cleanup_(modprobe_free) struct modprobe modprobe = { 0 };

	modprobe_parse(text, THEIRS, &modprobe);
	PROMISE(modprobe.count <= count_lines(text));
	check_ours(&modprobe);
	modprobe_parse_arguments(arguments, "proc/cmdline", &modprobe);
	check_names(&modprobe);
	for (int command = MODPROBE_OPTIONS; command <= MODPROBE_INSTALL; command++)
		check_lines(&modprobe, (enum modprobe_command)command);
	check_ids(&modprobe);
	return 0;
}
