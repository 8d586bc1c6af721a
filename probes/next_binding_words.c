/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gets a function at the next boot, and why, in words. */
#include "probes/next_binding_words.h"

#include "base/alloc.h"

#include <string.h>

/* "/etc/modprobe.d/vfio.conf", or that "of /boot/initrd.img-…". */
static char *file_words(const struct next_binding *binding, const char *image)
{
	const bool packed = binding->in_image && binding->file;

	return xasprintf("/%s%s%s", binding->file ? binding->file : "", packed ? " of /" : "",
			 packed ? image : "");
}

static char *lack_words(const struct next_binding *binding, const char *image)
{
	_cleanup_free_ char *file = file_words(binding, image);
	const char *other = binding->other ? binding->other : "any other driver";

	switch (binding->lack) {
	case LACK_KERNEL:
		return xstrdup("the kernel has no vfio-pci");
	case LACK_ID:
		return xasprintf("ids= in %s leaves it out", file);
	case LACK_CUT:
		return xasprintf("a blank in the ids= of %s cuts the list before it", file);
	case LACK_ARGUMENT:
		return xasprintf("vfio-pci is built into the kernel, which does not read the ids= "
				 "of %s",
				 file);
	case LACK_MODULE:
		return xasprintf("/%s has no vfio-pci", image);
	case LACK_LOAD:
		return xstrdup("nothing loads vfio-pci");
	case LACK_ORDER:
		return xasprintf("nothing has %s wait for vfio-pci", other);
	case LACK_PRE:
		return xasprintf("the softdep line of %s names vfio-pci without \"pre:\"", file);
	case LACK_BUILTIN:
		return xasprintf("its driver %s is built into the kernel, so that it comes before "
				 "vfio-pci",
				 other);
	case LACK_PROBE:
		return xasprintf("%s writes its driver_override only when vfio-pci is there and "
				 "looks no more",
				 file);
	case LACK_SENSE:
		return xasprintf("what %s does with it cannot be told", file);
	default:
		return xstrdup("nothing gives it to vfio-pci");
	}
}

char *next_binding_words(const struct next_binding *binding, const char *image)
{
	_cleanup_free_ char *lack = lack_words(binding, image);

	/* LACK_BUILTIN names the driver itself. */
	if (binding->driver == NEXT_OTHER && binding->lack != LACK_BUILTIN)
		return xasprintf("%s, and %s takes it", lack, binding->other);
	if (binding->driver == NEXT_EITHER)
		return xasprintf("%s: both are loaded at the same time", lack);
	return xstrdup(lack);
}

static bool has_line(const struct modprobe *modprobe, const struct modprobe_line *wanted)
{
	for (size_t i = 0; i < modprobe->count; i++) {
		const struct modprobe_line *line = &modprobe->lines[i];

		if (line->command == wanted->command && !strcmp(line->file, wanted->file) &&
		    !strcmp(line->module, wanted->module) && !strcmp(line->rest, wanted->rest))
			return true;
	}
	return false;
}

/* The lines about vfio; of an image those that the disk has not. */
static void show_lines(const struct modprobe *modprobe, const struct modprobe *disk,
		       const char *image, struct finding *finding)
{
	static const char *const commands[] = {
		[MODPROBE_OPTIONS] = "options",
		[MODPROBE_SOFTDEP] = "softdep",
		[MODPROBE_BLACKLIST] = "blacklist",
		[MODPROBE_INSTALL] = "install",
	};

	for (size_t i = 0; i < modprobe->count; i++) {
		const struct modprobe_line *line = &modprobe->lines[i];
		_cleanup_free_ char *source = NULL;

		if ((strcmp(line->module, "vfio_pci") != 0 && !strstr(line->rest, "vfio")) ||
		    (disk && has_line(disk, line)))
			continue;
		source = image && !line->argument ? xasprintf("/%s: /%s", image, line->file)
						  : xstrdup(line->file);
		finding_evidence(finding, source, "%s %s %s", commands[line->command], line->module,
				 line->rest);
	}
}

/* What of the image matters: of the modules, vfio-pci and those that ask for the card. */
static void show_image(const struct next_boot_facts *facts, const struct next_image *image,
		       struct finding *finding)
{
	_cleanup_strings_ struct strings modules = { 0 };
	const struct strings *all = &image->contents.modules;
	_cleanup_free_ char *joined = NULL;

	if (strings_have(all, "vfio_pci"))
		strings_add(&modules, "vfio_pci");
	for (size_t i = 0; i < facts->count; i++) {
		const struct boot_function *function = &facts->functions[i];

		for (size_t k = 0; k < function->claimer_count; k++)
			if (strings_have(all, function->claimers[k].module))
				strings_add_once(&modules, function->claimers[k].module);
	}
	joined = strings_join(&modules, " ");
	finding_evidence(finding, image->path, "of the modules that matter: %s",
			 *joined ? joined : "none");
	show_lines(&facts->image.modprobe, &facts->disk.modprobe, image->path, finding);
}

void next_boot_evidence(const struct next_boot_facts *facts, const struct next_image *image,
			struct finding *finding)
{
	/* Where the kernel's line decides alone, no file was looked at. */
	show_lines(image ? &facts->disk.modprobe : &facts->arguments, NULL, NULL, finding);
	for (size_t i = 0; i < facts->count; i++) {
		const struct pci_identity *identity = &facts->functions[i].identity;
		const struct udev_override *rule = udev_override_of(&facts->disk.overrides,
								    identity);

		if (rule)
			finding_evidence(finding, rule->file, "driver_override of %s: %s",
					 identity->name, rule->driver ? rule->driver : "a program");
		if (facts->functions[i].driverctl)
			finding_evidence(finding, "etc/driverctl.d", "pci-%s: %s", identity->name,
					 facts->functions[i].driverctl);
	}
	if (facts->image_known)
		show_image(facts, image, finding);
}
