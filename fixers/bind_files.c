/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files by which vfio-pci gets a card at boot. */
#include "fixers/bind_files.h"

#include "base/alloc.h"
#include "fixers/boot_words.h"
#include "fixers/initramfs.h"
#include "fixers/modprobe_drop_in.h"
#include "fixers/templates.h"
#include "host/boot/next_boot_facts.h"
#include "host/card/card_ids.h"
#include "host/modules/kernel_modules.h"

#include <errno.h>
#include <string.h>

#define UDEV_RULES "etc/udev/rules.d/07-gpucheck.rules"

enum { FILE_MODE = 0644 };

/*
 * The rule for one function: only vfio-pci may drive it, and it is loaded at once. One that is
 * there already, built in or by another function's rule, has passed this function over: it is asked
 * again.
 */
static char *rule_for(const struct pci_function *function)
{
	return xasprintf("ACTION==\"add\", SUBSYSTEM==\"pci\", KERNEL==\"%s\", "
			 "ATTR{driver_override}=\"vfio-pci\", "
			 "RUN{builtin}+=\"kmod load vfio-pci\", "
			 "RUN+=\"/bin/sh -c 'echo %%k >/sys/bus/pci/drivers_probe'\"\n",
			 function->name);
}

/* The text with a newline at its end, where it has none: what follows is a line of its own. */
static char *lines_of(const char *text)
{
	return xasprintf("%s%s", text, *text && !ends_with(text, "\n") ? "\n" : "");
}

static int by_address(struct plan *plan, struct host *host, const struct card *card,
		      struct error *error)
{
	_cleanup_free_ char *path = NULL, *now = NULL, *text = NULL;
	int r = plan_read_file(plan, host, UDEV_RULES, &path, &now, error), image;

	if (r < 0)
		return r;
	text = lines_of(now ? now : template_udev_rules);
	for (size_t i = 0; i < card->count; i++) {
		_cleanup_free_ char *rule = rule_for(card->functions[i]), *before = text;

		text = xasprintf("%s%s", before, strstr(before, rule) ? "" : rule);
	}
	r = plan_set_file(plan, host, UDEV_RULES, text, FILE_MODE, error);
	image = r < 0 ? r : initramfs_want(plan, host, UDEV_RULES, error);
	if (image < 0 || !(r || image))
		return image;
	plan_expect(plan, EFFECT_IN_INITRAMFS, UDEV_RULES);
	initramfs_rebuild(plan, host);
	return 1;
}

static int by_id(struct plan *plan, struct host *host, const struct modprobe_situation *situation,
		 const struct strings *ids, struct error *error)
{
	int r = modprobe_drop_in_want(plan, host, situation, ids, error), image;

	image = r < 0 ? r : initramfs_want(plan, host, MODPROBE_DROP_IN, error);
	if (image < 0 || !(r || image))
		return image;
	plan_expect(plan, EFFECT_IN_INITRAMFS, MODPROBE_DROP_IN);
	initramfs_rebuild(plan, host);
	return 1;
}

/* The ids that are given so far, and ours, as one kernel argument. */
static int by_argument(struct plan *plan, struct host *host,
		       const struct modprobe_situation *situation, const struct strings *ids,
		       struct error *error)
{
	_cleanup_strings_ struct strings all = { 0 }, words = { 0 };
	_cleanup_free_ char *joined = NULL;

	for (size_t i = 0; i < situation->ids.count; i++)
		strings_add(&all, situation->ids.items[i]);
	for (size_t i = 0; i < ids->count; i++)
		strings_add_once(&all, ids->items[i]);
	joined = strings_join(&all, ",");
	strings_take(&words, xasprintf("vfio-pci.ids=%s", joined));
	return boot_words_want(plan, host, &words, error);
}

static int want(struct plan *plan, struct host *host, const struct card *card,
		const struct modprobe_situation *situation, const char **how, struct error *error)
{
	_cleanup_strings_ struct strings ids = { 0 };
	bool builtin = false;
	int r = module_is_builtin(host, "vfio_pci", &builtin, error), files = 0;

	if (r < 0)
		return r;
	card_ids(host, card, &ids);
	if (card_twin(host, card)) {
		*how = "by address, since another device has the same ids";
		return by_address(plan, host, card, error);
	}
	if (builtin) {
		*how = "by kernel argument, since vfio-pci is built into the kernel";
		return by_argument(plan, host, situation, &ids, error);
	}
	if (situation->ids_come_later || situation->softdep_is_taken) {
		*how = "by address, since other lines of /etc/modprobe.d win over ours";
		return by_address(plan, host, card, error);
	}
	if (!situation->ids_by_argument) {
		*how = "by its ids";
		return by_id(plan, host, situation, &ids, error);
	}
	/* The argument's ids win over those of any file; the softdeps still need one. */
	*how = "by kernel argument, since one sets the ids of vfio-pci already";
	r = by_argument(plan, host, situation, &ids, error);
	files = r < 0 ? r : by_id(plan, host, situation, NULL, error);
	return files < 0 ? files : r || files;
}

/* Files that the initramfs gets as they are, by its own tool or by what initramfs_want writes. */
static bool goes_into_image(const char *file)
{
	return starts_with(file, "etc/modprobe.d/") || !strcmp(file, UDEV_RULES);
}

/* Whether the disk gives vfio-pci every function by itself, and takes no other card along. */
static bool is_on_disk(struct host *host, const struct card *card,
		       const struct next_boot_facts *facts)
{
	const bool has_twin = card_twin(host, card) != NULL;
	bool good = true;

	for (size_t i = 0; i < facts->count; i++) {
		const struct next_binding disk = next_binding_on_disk(facts, i);

		good &= disk.driver == NEXT_VFIO && (disk.by_address || !has_twin);
	}
	return good;
}

/* The image that was looked into does so too. */
static bool image_agrees(const struct next_boot_facts *facts)
{
	bool agrees = facts->image_known;

	for (size_t i = 0; i < facts->count; i++)
		agrees &= next_binding(facts, i).driver == NEXT_VFIO;
	return agrees;
}

static bool image_can_agree(const struct strings *files)
{
	bool can = true;

	for (size_t i = 0; i < files->count; i++)
		can &= goes_into_image(files->items[i]);
	return can;
}

/* What has an image hold the files; and a new image where it is known to need one. */
static int into_image(struct plan *plan, struct host *host, const struct strings *files,
		      bool is_stale, struct error *error)
{
	bool changes = is_stale;

	for (size_t i = 0; i < files->count; i++) {
		int r = initramfs_want(plan, host, files->items[i], error);

		if (r < 0)
			return r;
		changes |= r > 0;
	}
	for (size_t i = 0; changes && i < files->count; i++)
		plan_expect(plan, EFFECT_IN_INITRAMFS, files->items[i]);
	if (changes)
		initramfs_rebuild(plan, host);
	return changes;
}

/* Somebody has set it up already: 0 when all is done, 1 when the plan has a new image built;
 * -ENOENT when there is more to do. */
static int by_what_is_there(struct plan *plan, struct host *host, const struct card *card,
			    struct error *error)
{
	_cleanup_(next_boot_facts_free) struct next_boot_facts facts = { 0 };
	_cleanup_strings_ struct strings files = { 0 };
	const struct next_image *image;
	int r = next_boot_facts_read(host, card, true, &facts, &image, NULL);

	if (r < 0 || !is_on_disk(host, card, &facts))
		return -ENOENT;
	if (image_agrees(&facts))
		return 0;
	next_boot_files(&facts, &files);
	if (!image_can_agree(&files))
		return -ENOENT;
	return into_image(plan, host, &files, facts.image_known, error);
}

int bind_files_want(struct plan *plan, struct host *host, const struct card *card, const char **how,
		    struct error *error)
{
	struct modprobe_situation situation;
	int r = initramfs_tool_is_known(host, error);

	if (r < 0)
		return r;
	r = by_what_is_there(plan, host, card, error);
	*how = "by what is set up already, once the initramfs is built anew";
	if (r != -ENOENT)
		return r;
	r = modprobe_situation_read(host, card, &situation, error);
	if (r < 0)
		return r;
	r = want(plan, host, card, &situation, how, error);
	modprobe_situation_free(&situation);
	return r;
}
