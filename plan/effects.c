/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a change arrived where it takes effect. */
#include "plan/effects.h"

#include "base/alloc.h"
#include "host/boot/bootloader.h"
#include "host/boot/initramfs.h"
#include "host/files/root.h"
#include "host/iommu/iommu.h"
#include "host/iommu/iommu_arguments.h"

#include <errno.h>
#include <string.h>

enum { LIMIT_FILE = 1 << 20 };

static int look_at_boot(struct host *host, const struct effect *effect, struct error *error)
{
	struct iommu_arguments arguments;
	const struct next_boot *boot;
	int r = next_boot_read(host, &boot, error);

	if (r < 0)
		return error_wrap(error, "what the next boot will do cannot be read");
	iommu_arguments_read(&boot->arguments, iommu_kind(host), &arguments);
	if (effect->kind == EFFECT_BOOT_WORD &&
	    !strings_have(&boot->arguments.words, effect->subject))
		return error_set(error, ENOMSG,
				 "the default entry \"%s\" of /%s does not have %s: something else "
				 "sets the kernel arguments",
				 boot->title, boot->source, effect->subject);
	if (effect->kind == EFFECT_IOMMU_LEFT_ON && arguments.off)
		return error_set(
			error, ENOMSG,
			"the default entry \"%s\" of /%s still has %s: it does not come from "
			"GRUB_CMDLINE_LINUX or GRUB_CMDLINE_LINUX_DEFAULT",
			boot->title, boot->source, arguments.off);
	return 0;
}

static int look_into_image(struct host *host, const struct effect *effect, struct error *error)
{
	_cleanup_initramfs_ struct initramfs image = { 0 };
	_cleanup_free_ char *path = NULL, *text = NULL;
	const struct initramfs_file *file;
	int r = next_boot_initramfs(host, &path, error);

	if (r == 0)
		r = initramfs_read(host, path, &image, error);
	if (r == 0)
		r = root_read_text(host_root(host), effect->subject, LIMIT_FILE, &text, error);
	if (r < 0)
		return r;
	file = initramfs_find(&image, effect->subject);
	if (file && file->text && !strcmp(file->text, text))
		return 0;
	return error_set(error, ENOMSG, "/%s, which the next boot uses, does not have /%s%s", path,
			 effect->subject, file ? " as it is on the disk" : "");
}

int effects_look(struct host *host, const struct plan *plan, struct error *error)
{
	int r = 0;

	next_boot_forget(host);
	for (size_t i = 0; r == 0 && i < plan->effect_count; i++) {
		const struct effect *effect = &plan->effects[i];

		r = effect->kind == EFFECT_IN_INITRAMFS ? look_into_image(host, effect, error)
							: look_at_boot(host, effect, error);
	}
	return r;
}
