/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udev's rules that choose a driver. */
#include "host/modules/udev_rules.h"
#include "base/alloc.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define OURS "etc/udev/rules.d/07-gpucheck.rules"

static const char ours[] = "ACTION==\"add\", SUBSYSTEM==\"pci\", KERNEL==\"0000:01:00.0\", "
			   "ATTR{driver_override}=\"vfio-pci\", "
			   "RUN{builtin}+=\"kmod load vfio-pci\"\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input);
	_cleanup_(udev_overrides_free) struct udev_overrides rules = { 0 };
	struct pci_identity identity;
	const struct udev_override *last;

	PROMISE(pci_identity_parse("pci:v000010DEd00002504sv00001462sd0000397Dbc03sc00i00",
				   "0000:01:00.0", &identity) == 0);
	udev_rules_parse(text, "etc/udev/rules.d/a.rules", &rules);
	PROMISE(rules.count <= count_lines(text));
	for (size_t i = 0; i < rules.count; i++)
		PROMISE(rules.items[i].driver || rules.items[i].unsure);
	last = udev_override_of(&rules, &identity);
	PROMISE(!last || (last >= rules.items && last < rules.items + rules.count));

	/* Behind whatever others wrote, our own rule has its effect. */
	udev_rules_parse(ours, OURS, &rules);
	last = udev_override_of(&rules, &identity);
	PROMISE(last && !strcmp(last->file, OURS) && !strcmp(last->driver, "vfio-pci"));
	PROMISE(last->loads && !last->unsure);
	pci_identity_free(&identity);
	return 0;
}
