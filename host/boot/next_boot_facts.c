/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the host decides who gets a card at the next boot. */
#include "host/boot/next_boot_facts.h"

#include "base/alloc.h"
#include "host/boot/bootloader.h"
#include "host/boot/next_stage.h"
#include "host/modules/kernel_modules.h"
#include "host/modules/module_index.h"
#include "host/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is read of the host for all functions. */
struct reader {
	struct host *host;
	char *release;
	bool has_driverctl;
};

/* 1 when its rule of udev's is there, without which nothing heeds its files. */
static int find_driverctl(struct host *host, struct error *error)
{
	static const char *const rules[] = { "usr/lib/udev/rules.d/05-driverctl.rules",
					     "lib/udev/rules.d/05-driverctl.rules" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(rules); i++)
		r = root_exists(host->root, rules[i], error);
	return r;
}

/* driverctl keeps a driver's name in a file a device, and its rule of udev's has it heeded. */
static int read_driverctl(const struct reader *reader, const char *name, char **ret,
			  struct error *error)
{
	_cleanup_free_ char *path = xasprintf("etc/driverctl.d/pci-%s", name);
	int r = reader->has_driverctl
			? root_read_text(reader->host->root, path, LIMIT_NUMBER, ret, error)
			: -ENOENT;

	if (r == 0)
		(*ret)[strcspn(*ret, " \t\n")] = '\0';
	return r == -ENOENT ? 0 : r;
}

/* Whether each stage has a softdep of its own for it: then nobody else's matter. */
static bool waits_by_itself(const struct next_boot_facts *facts, const char *module)
{
	return modprobe_loads_before(&facts->disk.modprobe, "vfio_pci", module, NULL) &&
	       (!facts->image_known ||
		modprobe_loads_before(&facts->image.modprobe, "vfio_pci", module, NULL));
}

static int read_claimers(const struct reader *reader, struct pci_function *function,
			 const struct next_boot_facts *facts, struct boot_function *ret,
			 struct error *error)
{
	_cleanup_strings_ struct strings names = { 0 };
	int r = modules_claiming(reader->host, function, &names, error);

	ret->claimers = xcalloc(names.count, sizeof(*ret->claimers));
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		struct claimer *claimer = &ret->claimers[ret->claimer_count++];

		claimer->module = xstrdup(names.items[i]);
		if (!waits_by_itself(facts, claimer->module))
			r = module_dependencies(reader->host, reader->release, claimer->module,
						&claimer->needs, error);
		/* Then only its own softdeps are known: what waits by another's is not seen. */
		if (r == -ENOENT || r == -ENODEV)
			r = 0;
	}
	return r;
}

static int read_function(const struct reader *reader, struct pci_function *function,
			 struct boot_function *ret, struct error *error)
{
	int r = pci_identity_read(reader->host, function, &ret->identity, error);

	if (r == 0)
		r = builtin_modules_claiming(reader->host, reader->release, ret->identity.modalias,
					     &ret->builtin, error);
	if (r == 0)
		r = read_driverctl(reader, function->name, &ret->driverctl, error);
	return r;
}

/* False when neither is it a driver of the running kernel's nor has modules.dep it. */
static int find_vfio(const struct reader *reader, bool *ret, struct error *error)
{
	_cleanup_strings_ struct strings needs = { 0 };
	int r = root_exists(reader->host->root, "sys/bus/pci/drivers/vfio-pci", error);

	if (r == 0) {
		r = module_dependencies(reader->host, reader->release, "vfio_pci", &needs, error);
		*ret = r == 0;
		return r == -ENODEV ? 0 : r;
	}
	*ret = true;
	return r < 0 ? r : 0;
}

static int read_kernel(const struct reader *reader, const struct next_boot *boot,
		       struct next_boot_facts *facts, struct error *error)
{
	bool is_there = false;
	int r = module_is_builtin_in(reader->host, reader->release, "vfio_pci",
				     &facts->vfio_builtin, error);

	if (r == 0 && !facts->vfio_builtin) {
		r = find_vfio(reader, &is_there, error);
		facts->vfio_absent = !is_there;
	}
	modprobe_parse_arguments(boot->line, boot->source, &facts->arguments);
	return r;
}

/* The kernel, and of the functions what is theirs. */
static int read_first(const struct reader *reader, const struct next_boot *boot,
		      const struct card *card, struct next_boot_facts *facts, struct error *error)
{
	int r = read_kernel(reader, boot, facts, error);

	facts->functions = xcalloc(card->count, sizeof(*facts->functions));
	for (size_t i = 0; r == 0 && i < card->count; i++) {
		facts->count = i + 1;
		r = read_function(reader, card->functions[i], &facts->functions[i], error);
	}
	return r;
}

static bool is_decided(const struct next_boot_facts *facts)
{
	bool decided = true;

	for (size_t i = 0; i < facts->count; i++)
		decided &= next_binding_on_disk(facts, i).in_any_case;
	return decided;
}

/* Every host has that folder; a record without it tells nothing of what modprobe is told. */
static int is_recorded(struct host *host, struct error *error)
{
	int r = host_is_whole(host) ? 1 : root_exists(host->root, "etc/modprobe.d", error);

	if (r == 0)
		return error_set(error, ENOENT, "/etc/modprobe.d");
	return r < 0 ? r : 0;
}

/* Both stages of the boot, and the modules that take part in them. */
static int read_stages(const struct reader *reader, const struct next_boot *boot,
		       const struct card *card, const struct next_image *image,
		       struct next_boot_facts *facts, struct error *error)
{
	int r = is_recorded(reader->host, error);

	if (r == 0)
		r = next_stage_of_disk(reader->host, boot, &facts->disk, error);
	facts->image_known = image->state == IMAGE_READ;
	if (r == 0 && facts->image_known)
		r = next_stage_of_image(reader->host, boot, image->path, &image->contents,
					&facts->image, error);
	for (size_t i = 0; r == 0 && i < facts->count; i++)
		r = read_claimers(reader, card->functions[i], facts, &facts->functions[i], error);
	return r;
}

static int read_all(struct host *host, const struct card *card, bool asked,
		    struct next_boot_facts *facts, const struct next_image **ret_image,
		    struct error *error)
{
	_cleanup_free_ char *release = NULL;
	const struct next_boot *boot;
	struct reader reader = { .host = host };
	int r = next_boot_read(host, &boot, error);

	if (r < 0)
		return error_wrap(error, "the next boot's kernel arguments cannot be told");
	r = next_boot_release(host, &release, error);
	if (r == 0)
		r = find_driverctl(host, error);
	if (r < 0)
		return r;
	reader.has_driverctl = r > 0;
	reader.release = release;
	r = read_first(&reader, boot, card, facts, error);
	if (r < 0 || is_decided(facts))
		return r;
	*ret_image = next_image_look(host, asked);
	return read_stages(&reader, boot, card, *ret_image, facts, error);
}

int next_boot_facts_read(struct host *host, const struct card *card, bool asked,
			 struct next_boot_facts *ret, const struct next_image **ret_image,
			 struct error *error)
{
	const struct next_image *image = NULL;
	struct next_boot_facts facts = { 0 };
	int r = read_all(host, card, asked, &facts, &image, error);

	if (r < 0) {
		next_boot_facts_free(&facts);
		return r;
	}
	*ret = facts;
	*ret_image = image;
	return 0;
}

static bool names_vfio(const struct modprobe_line *line)
{
	return !strcmp(line->module, "vfio_pci") || strstr(line->rest, "vfio-pci") ||
	       strstr(line->rest, "vfio_pci");
}

void next_boot_files(const struct next_boot_facts *facts, struct strings *ret)
{
	const struct modprobe *modprobe = &facts->disk.modprobe;

	for (size_t i = 0; i < modprobe->count; i++)
		if (!modprobe->lines[i].argument && names_vfio(&modprobe->lines[i]))
			strings_add_once(ret, modprobe->lines[i].file);
	for (size_t i = 0; i < facts->count; i++) {
		const struct udev_override *rule = udev_override_of(&facts->disk.overrides,
								    &facts->functions[i].identity);

		if (rule)
			strings_add_once(ret, rule->file);
	}
}

char *next_boot_stale_file(struct host *host, const struct next_boot_facts *facts,
			   const struct initramfs *image, bool *older)
{
	_cleanup_strings_ struct strings files = { 0 };

	next_boot_files(facts, &files);
	for (size_t i = 0; i < files.count; i++) {
		const struct initramfs_file *file = initramfs_find(image, files.items[i]);
		_cleanup_free_ char *text = NULL;

		if (file && file->text &&
		    (root_read_text(host->root, files.items[i], LIMIT_TEXT, &text, NULL) < 0 ||
		     !strcmp(file->text, text)))
			continue;
		*older = file != NULL;
		return xstrdup(files.items[i]);
	}
	return NULL;
}
