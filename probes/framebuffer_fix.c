/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remedy of display.console. */
#include "probes/framebuffer_fix.h"

#include "host/boot/bootloader.h"
#include "host/display/display.h"
#include "host/kernel_release.h"
#include "host/modules/vfio_driver.h"
#include "probes/boot_arguments.h"

#include <string.h>

enum { CLASS_VGA = 0x0300 };

/* One of a comma list, whole, as the kernel compares them (init/main.c). */
static bool list_has(const char *list, const char *name)
{
	const size_t length = strlen(name);

	for (;;) {
		size_t piece = strcspn(list, ",");

		if (piece == length && !memcmp(list, name, length))
			return true;
		if (!list[piece])
			return false;
		list += piece + 1;
	}
}

bool framebuffer_word_is_in(const struct kernel_arguments *arguments)
{
	for (size_t i = 0; i < arguments->words.count; i++) {
		const char *list = kernel_argument_value(arguments->words.items[i],
							 "initcall_blacklist");

		if (list && list_has(list, "sysfb_init"))
			return true;
	}
	return false;
}

bool framebuffer_goes_by_itself(const struct subject *subject)
{
	struct pci_function *gpu = subject->card->functions[0];
	const char *driver;
	bool vfio, since;

	return pci_base_class(gpu) == CLASS_VGA &&
	       kernel_is_since(subject->host, 6, 0, &since, NULL) == 0 && since &&
	       vfio_driver_of(subject->host, gpu, &driver, &vfio, NULL) == 0 && !vfio;
}

static bool is_tried(const struct subject *subject)
{
	const struct kernel_arguments *running;

	return kernel_arguments_running(subject->host, &running, NULL) == 0 &&
	       framebuffer_word_is_in(running);
}

void framebuffer_fix(const struct subject *subject, struct finding *finding)
{
	static const char firmware[] =
		"make another device the primary display in firmware, so that it puts its screen "
		"there";

	if (framebuffer_goes_by_itself(subject))
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"mend driver.vfio first, and look again: vfio-pci of this kernel takes the "
			"framebuffer of a VGA controller away when it gets the card");
	else if (is_tried(subject))
		finding_fix(finding, FIX_MANUAL, NULL,
			    FRAMEBUFFER_WORD
			    " is among this boot's arguments and does not keep it away: %s",
			    firmware);
	else if (!display_other(subject->host, subject->card))
		finding_fix(finding, FIX_MANUAL, NULL,
			    "this is the only display of the host, and without the framebuffer a "
			    "boot shows nothing: add one, or let the host run without a screen "
			    "(SSH, serial console) and add " FRAMEBUFFER_WORD
			    " to the kernel arguments");
	else
		boot_arguments_fix(subject, finding,
				   "add " FRAMEBUFFER_WORD " to the kernel arguments");
}
