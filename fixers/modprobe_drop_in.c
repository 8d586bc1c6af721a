/* SPDX-License-Identifier: GPL-2.0-or-later */
/* etc/modprobe.d/gpucheck.conf. */
#include "fixers/modprobe_drop_in.h"

#include "base/alloc.h"
#include "fixers/templates.h"
#include "host/bootloader.h"
#include "host/kernel_modules.h"
#include "host/vfio_ids.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MODE = 0644 };

static void add_once(struct strings *list, const char *text)
{
	if (!strings_have(list, text))
		strings_add(list, text);
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
			add_once(ret, claiming.items[k]);
		r = pci_driver(host, card->functions[i], &driver, error);
		if (r == 0 && driver)
			r = driver_module(host, driver, &module, error);
		if (r < 0)
			return r;
		if (module && !starts_with(module, "vfio"))
			add_once(ret, module);
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
	line = vfio_ids_of_module(&found.modprobe, &found.ids);
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

/* What someone else's softdep line asks for, which ours hides: it is asked for behind vfio-pci. */
static char *softdep_line(const struct modprobe *modprobe, const char *module)
{
	const struct modprobe_line *line;

	modprobe_loads_before(modprobe, "vfio_pci", module, &line);
	return xasprintf("softdep %s pre: vfio-pci%s%s", module, line && !is_ours(line) ? " " : "",
			 line && !is_ours(line) ? line->rest : "");
}

/* The softdep lines of what the file has now, as they are. */
static void keep_softdeps(const char *text, struct strings *ret)
{
	const char *line;
	size_t length;

	while (next_line(&text, &line, &length))
		if (starts_with(line, "softdep "))
			strings_take(ret, xstrndup(line, length));
}

static bool has_softdep(const struct strings *lines, const char *module)
{
	_cleanup_free_ char *begin = xasprintf("softdep %s ", module);

	for (size_t i = 0; i < lines->count; i++)
		if (starts_with(lines->items[i], begin))
			return true;
	return false;
}

static char *compose(const struct strings *ids, const struct strings *softdeps)
{
	_cleanup_free_ char *joined = strings_join(ids, ",");
	char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	fputs(template_modprobe_drop_in, out);
	if (ids->count)
		fprintf(out, "options vfio-pci ids=%s\n", joined);
	for (size_t i = 0; i < softdeps->count; i++)
		fprintf(out, "%s\n", softdeps->items[i]);
	fclose(out);
	return text;
}

int modprobe_drop_in_want(struct plan *plan, struct host *host,
			  const struct modprobe_situation *situation, const struct strings *ids,
			  struct error *error)
{
	_cleanup_strings_ struct strings all = { 0 }, softdeps = { 0 }, own_ids = { 0 };
	_cleanup_(modprobe_free) struct modprobe own = { 0 };
	_cleanup_free_ char *path = NULL, *now = NULL, *text = NULL;
	int r = plan_read_file(plan, host, MODPROBE_DROP_IN, &path, &now, error);

	if (r < 0)
		return r;
	modprobe_parse(now ? now : "", MODPROBE_DROP_IN, &own);
	vfio_ids_of_module(&own, &own_ids);
	for (size_t i = 0; ids && i < situation->ids.count; i++)
		add_once(&all, situation->ids.items[i]);
	for (size_t i = 0; i < own_ids.count; i++)
		add_once(&all, own_ids.items[i]);
	for (size_t i = 0; ids && i < ids->count; i++)
		add_once(&all, ids->items[i]);
	keep_softdeps(now ? now : "", &softdeps);
	for (size_t i = 0; i < situation->modules.count; i++) {
		const char *module = situation->modules.items[i];

		if (!has_softdep(&softdeps, module))
			strings_take(&softdeps, softdep_line(&situation->modprobe, module));
	}
	strings_sort(&softdeps);
	text = compose(&all, &softdeps);
	return plan_set_file(plan, host, MODPROBE_DROP_IN, text, FILE_MODE, error);
}
