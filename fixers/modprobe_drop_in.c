/* SPDX-License-Identifier: GPL-2.0-or-later */
/* etc/modprobe.d/gpucheck.conf. */
#include "fixers/modprobe_drop_in.h"

#include "base/alloc.h"
#include "fixers/templates.h"
#include "host/boot/bootloader.h"
#include "host/modules/kernel_modules.h"
#include "host/modules/vfio_ids.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MODE = 0644 };

/*
 * Ids as vfio-pci understands them, each once. They are written anew: somebody's blanks and quotes
 * would not fit everywhere, and what is no id does nothing.
 */
static void add_ids(struct strings *all, const struct strings *written)
{
	for (size_t i = 0; i < written->count; i++) {
		_cleanup_free_ char *text = NULL;
		struct vfio_id id;

		if (!vfio_id_parse(written->items[i], &id))
			continue;
		text = xasprintf("%04x:%04x", id.vendor, id.device);
		if (id.subvendor != VFIO_ID_ANY || id.subdevice != VFIO_ID_ANY || id.class ||
		    id.class_mask) {
			_cleanup_free_ char *two = text;

			text = xasprintf("%s:%x:%x:%x:%x", two, id.subvendor, id.subdevice,
					 id.class, id.class_mask);
		}
		strings_add_once(all, text);
	}
}

/* Modules that ask for the card's functions, and those that have them now. */
static int find_modules(struct host *host, const struct card *card, struct strings *ret,
			struct error *error)
{
	for (size_t i = 0; i < card->count; i++) {
		_cleanup_strings_ struct strings claiming = { 0 };
		_cleanup_free_ char *module = NULL;
		const char *driver;
		int r = modules_claiming(host, card->functions[i], &claiming, error);

		if (r < 0 && r != -ENOENT)
			return r;
		for (size_t k = 0; k < claiming.count; k++)
			strings_add_once(ret, claiming.items[k]);
		r = pci_driver(host, card->functions[i], &driver, error);
		if (r == 0 && driver)
			r = driver_module(host, driver, &module, error);
		if (r < 0)
			return r;
		if (module && !starts_with(module, "vfio"))
			strings_add_once(ret, module);
	}
	strings_sort(ret);
	return 0;
}

static bool is_ours(const struct modprobe_line *line)
{
	return !strcmp(line->file, MODPROBE_DROP_IN);
}

/* A line of someone else's stands before ours and would be the one in effect. */
static bool softdep_is_taken(const struct modprobe *modprobe, const char *module)
{
	const struct modprobe_line *line;

	return !modprobe_loads_before(modprobe, "vfio_pci", module, &line) && line &&
	       !is_ours(line) && !modprobe_line_is_after(line, MODPROBE_DROP_IN);
}

int modprobe_situation_read(struct host *host, const struct card *card,
			    struct modprobe_situation *ret, struct error *error)
{
	struct modprobe_situation found = { 0 };
	_cleanup_strings_ struct strings written = { 0 };
	const struct modprobe_line *line;
	const struct next_boot *boot = NULL;
	int r;

	next_boot_read(host, &boot, NULL);
	r = modprobe_read(host, boot ? boot->line : NULL, boot ? boot->source : NULL,
			  &found.modprobe, error);
	if (r == 0)
		r = find_modules(host, card, &found.modules, error);
	if (r < 0) {
		modprobe_situation_free(&found);
		return r;
	}
	line = vfio_ids_of_module(&found.modprobe, &written);
	add_ids(&found.ids, &written);
	found.ids_by_argument = line && line->argument;
	found.ids_come_later = line && !line->argument && !is_ours(line) &&
			       modprobe_line_is_after(line, MODPROBE_DROP_IN);
	for (size_t i = 0; i < found.modules.count; i++)
		found.softdep_is_taken |= softdep_is_taken(&found.modprobe, found.modules.items[i]);
	*ret = found;
	return 0;
}

void modprobe_situation_free(struct modprobe_situation *situation)
{
	modprobe_free(&situation->modprobe);
	strings_free(&situation->ids);
	strings_free(&situation->modules);
}

/* A softdep line, unless the file has one. What someone else's asks for is asked for behind
 * vfio-pci: ours hides it. */
static void put_softdep(const struct modprobe *modprobe, const struct modprobe *own,
			const char *module, FILE *out)
{
	const struct modprobe_line *line;

	if (modprobe_next(own, MODPROBE_SOFTDEP, module, NULL))
		return;
	modprobe_loads_before(modprobe, "vfio_pci", module, &line);
	fprintf(out, "softdep %s pre: vfio-pci%s%s\n", module, line ? " " : "",
		line ? line->rest : "");
}

/* The text with these ids in its own options line, put behind it where it has none. */
static void put_options(const char *text, const char *ids, FILE *out)
{
	static const char begin[] = "options vfio-pci ids=";
	const char *line;
	size_t length;

	while (next_line(&text, &line, &length)) {
		size_t end = strlen(begin);

		if (!*ids || !starts_with(line, begin)) {
			fprintf(out, "%.*s\n", (int)length, line);
			continue;
		}
		end += strcspn(line + end, " \t\n");
		fprintf(out, "%s%s%.*s\n", begin, ids, (int)(length - end), line + end);
		ids = "";
	}
	if (*ids)
		fprintf(out, "%s%s\n", begin, ids);
}

int modprobe_drop_in_want(struct plan *plan, struct host *host,
			  const struct modprobe_situation *situation, const struct strings *ids,
			  struct error *error)
{
	_cleanup_strings_ struct strings all = { 0 }, own_ids = { 0 };
	_cleanup_(modprobe_free) struct modprobe own = { 0 };
	_cleanup_free_ char *path = NULL, *now = NULL, *joined = NULL, *text = NULL;
	int r = plan_read_file(plan, host, MODPROBE_DROP_IN, &path, &now, error);
	size_t length;
	FILE *out;

	if (r < 0)
		return r;
	modprobe_parse(now ? now : "", MODPROBE_DROP_IN, &own);
	vfio_ids_of_module(&own, &own_ids);
	if (ids) {
		add_ids(&all, &situation->ids);
		add_ids(&all, &own_ids);
		add_ids(&all, ids);
	}
	joined = strings_join(&all, ",");
	out = xmemstream(&text, &length);
	put_options(now ? now : template_modprobe_drop_in, joined, out);
	for (size_t i = 0; i < situation->modules.count; i++)
		put_softdep(&situation->modprobe, &own, situation->modules.items[i], out);
	fclose(out);
	return plan_set_file(plan, host, MODPROBE_DROP_IN, text, FILE_MODE, error);
}
