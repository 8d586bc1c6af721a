/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gets a PCI function first at the next boot. */
#include "host/boot/next_binding.h"

#include "base/alloc.h"
#include "host/boot/next_stage.h"
#include "host/modules/vfio_ids.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char vfio[] = "vfio_pci";

static bool has_module(const struct boot_stage *stage, const char *module)
{
	return stage->has_all || strings_have(&stage->modules, module);
}

/* A blank behind a comma ends the value; what follows is no option of vfio-pci's. */
static bool is_cut(const struct modprobe_line *line)
{
	const char *at = strstr(line->rest, "ids=");

	for (; at && *at && !isspace((unsigned char)*at); at++)
		if (*at == '"')
			return false;
	return at && at[0] && at[-1] == ',';
}

/* LACK_NOTHING when the ids that are given have this function's; *ret_file is where they stand. */
static enum next_lack look_for_id(const struct modprobe *modprobe,
				  const struct pci_identity *identity, const char **ret_file)
{
	_cleanup_strings_ struct strings ids = { 0 };
	const struct modprobe_line *line = vfio_ids_of_module(modprobe, &ids);

	*ret_file = line ? line->file : NULL;
	for (size_t i = 0; i < ids.count; i++) {
		struct vfio_id id;

		if (vfio_id_parse(ids.items[i], &id) && vfio_id_fits(&id, identity))
			return LACK_NOTHING;
	}
	if (!line)
		return LACK_IDS;
	return is_cut(line) ? LACK_CUT : LACK_ID;
}

static bool does_nothing(const char *command)
{
	command += strspn(command, " \t");
	return strstr(command, "bin/true") || strstr(command, "bin/false");
}

/* Nobody but a person loads it: it is on the blacklist, or something else runs in its place. */
static bool is_held_back(const struct boot_stage *stage, const char *module)
{
	const struct modprobe_line *install = modprobe_next(&stage->modprobe, MODPROBE_INSTALL,
							    module, NULL);

	return modprobe_next(&stage->modprobe, MODPROBE_BLACKLIST, module, NULL) ||
	       (install && does_nothing(install->rest));
}

static bool may_load(const struct boot_stage *stage, const struct claimer *claimer)
{
	return has_module(stage, claimer->module) && !is_held_back(stage, claimer->module);
}

/*
 * Whether vfio-pci is loaded before it. Softdeps of the modules that it needs count as its own
 * (kmod's libkmod-module.c, kmod_module_get_probe_list). *ret_line is a softdep line that names
 * vfio-pci to no effect, else NULL.
 */
static bool waits(const struct boot_stage *stage, const struct claimer *claimer,
		  const struct modprobe_line **ret_line)
{
	const struct modprobe_line *line;
	bool before = modprobe_loads_before(&stage->modprobe, vfio, claimer->module, &line);

	*ret_line = line && (strstr(line->rest, "vfio-pci") || strstr(line->rest, vfio)) ? line
											 : NULL;
	for (size_t i = 0; !before && i < claimer->needs.count; i++)
		before = modprobe_loads_before(&stage->modprobe, vfio, claimer->needs.items[i],
					       NULL);
	return before;
}

/* The module that does not wait; NULL when all do. */
static const struct claimer *first_unheld(const struct boot_stage *stage,
					  const struct boot_function *function,
					  const struct modprobe_line **ret_line)
{
	*ret_line = NULL;
	for (size_t i = 0; i < function->claimer_count; i++)
		if (may_load(stage, &function->claimers[i]) &&
		    !waits(stage, &function->claimers[i], ret_line))
			return &function->claimers[i];
	return NULL;
}

static const struct claimer *first_that_may_load(const struct boot_stage *stage,
						 const struct boot_function *function)
{
	for (size_t i = 0; i < function->claimer_count; i++)
		if (may_load(stage, &function->claimers[i]))
			return &function->claimers[i];
	return NULL;
}

static bool is_vfio_driver(const char *driver)
{
	return driver && (!strcmp(driver, "vfio-pci") || ends_with(driver, "-vfio-pci") ||
			  ends_with(driver, "_vfio_pci"));
}

static const struct udev_override *override_of(const struct boot_stage *stage,
					       const struct boot_function *function)
{
	return udev_override_of(&stage->overrides, &function->identity);
}

/* Something in this stage has vfio-pci loaded: for any function of the card. */
static bool loads_vfio(const struct next_boot_facts *facts, const struct boot_stage *stage)
{
	const struct modprobe_line *line;

	if (!has_module(stage, vfio))
		return false;
	if (strings_have(&stage->early, vfio) || strings_have(&stage->listed, vfio))
		return true;
	for (size_t i = 0; i < facts->count; i++) {
		const struct boot_function *function = &facts->functions[i];
		const struct udev_override *rule = override_of(stage, function);

		if (rule && rule->loads)
			return true;
		for (size_t k = 0; k < function->claimer_count; k++)
			if (may_load(stage, &function->claimers[k]) &&
			    waits(stage, &function->claimers[k], &line))
				return true;
	}
	return false;
}

/* What takes a function that vfio-pci does not take in this stage. */
static struct next_binding left(const struct next_boot_facts *facts, const struct boot_stage *stage,
				const struct boot_function *function, enum next_lack lack,
				const char *file)
{
	const struct claimer *claimer = first_that_may_load(stage, function);

	/* The disk's scripts run from an image alone, and what that has is known then. */
	if (stage->scripts.count && !(stage->has_all && facts->image_known))
		return (struct next_binding){ NEXT_UNKNOWN, .lack = LACK_SENSE,
					      .file = stage->scripts.items[0] };
	return (struct next_binding){
		.driver = claimer ? NEXT_OTHER : NEXT_NOBODY,
		.lack = lack,
		.other = claimer ? claimer->module : NULL,
		.file = file,
	};
}

/* The function has an override that udev writes in this stage: no other driver can have it then. */
static struct next_binding by_override(const struct next_boot_facts *facts,
				       const struct boot_stage *stage,
				       const struct udev_override *rule, bool vfio_is_there)
{
	struct next_binding found = { .driver = NEXT_NOBODY,
				      .file = rule->file,
				      .by_address = true };

	if (rule->unsure) {
		found.driver = NEXT_UNKNOWN;
		found.lack = LACK_SENSE;
	} else if (!is_vfio_driver(rule->driver)) {
		found.driver = NEXT_OTHER;
		found.lack = LACK_IDS;
		found.other = rule->driver;
	} else if (vfio_is_there && !rule->probes) {
		found.lack = LACK_PROBE;
	} else if (!vfio_is_there && !loads_vfio(facts, stage)) {
		found.lack = LACK_LOAD;
	} else {
		found.driver = NEXT_VFIO;
	}
	return found;
}

/* An install line that has a say in when vfio-pci comes: only its author knows which. */
static const struct modprobe_line *own_order(const struct boot_stage *stage,
					     const struct claimer *claimer)
{
	const struct modprobe_line *line = modprobe_next(&stage->modprobe, MODPROBE_INSTALL, vfio,
							 NULL);

	if (!line && claimer) {
		line = modprobe_next(&stage->modprobe, MODPROBE_INSTALL, claimer->module, NULL);
		if (line && !strstr(line->rest, "vfio"))
			line = NULL;
	}
	return line;
}

/* Its ids are given; whether vfio-pci is there before whoever else asks for it. */
static struct next_binding by_ids(const struct next_boot_facts *facts,
				  const struct boot_stage *stage,
				  const struct boot_function *function, const char *file)
{
	struct next_binding found = { .driver = NEXT_VFIO, .file = file };
	const struct modprobe_line *line;
	const struct claimer *claimer = first_unheld(stage, function, &line);
	const struct modprobe_line *install = own_order(stage, claimer);

	if (install) {
		found = (struct next_binding){ NEXT_UNKNOWN, .lack = LACK_SENSE,
					       .file = install->file };
	} else if (!has_module(stage, vfio)) {
		found = left(facts, stage, function, LACK_MODULE, file);
	} else if (strings_have(&stage->early, vfio)) {
		found.driver = NEXT_VFIO;
	} else if (claimer) {
		found = left(facts, stage, function, line ? LACK_PRE : LACK_ORDER,
			     line ? line->file : file);
		if (found.driver == NEXT_OTHER)
			found.other = claimer->module;
		/* The image's own list is loaded once udev has settled. */
		if (found.driver == NEXT_OTHER && stage->has_all && loads_vfio(facts, stage))
			found.driver = NEXT_EITHER;
	} else if (!loads_vfio(facts, stage)) {
		found = left(facts, stage, function, LACK_LOAD, file);
	}
	return found;
}

/* One stage, with vfio-pci a module. */
static struct next_binding judge_stage(const struct next_boot_facts *facts,
				       const struct boot_stage *stage,
				       const struct boot_function *function)
{
	const struct udev_override *rule = override_of(stage, function);
	const char *file;
	enum next_lack lack;

	if (rule)
		return by_override(facts, stage, rule, false);
	lack = look_for_id(&stage->modprobe, &function->identity, &file);
	return lack == LACK_NOTHING ? by_ids(facts, stage, function, file)
				    : left(facts, stage, function, lack, file);
}

/* vfio-pci is in the kernel: it is there first, with the ids of the kernel's own line. */
static struct next_binding judge_builtin(const struct next_boot_facts *facts,
					 const struct boot_function *function, bool with_image)
{
	const struct boot_stage *image = with_image ? &facts->image : NULL;
	struct next_binding found = { .driver = NEXT_VFIO };
	const struct udev_override *rule = image ? override_of(image, function) : NULL;
	const char *file;
	enum next_lack lack = look_for_id(&facts->arguments, &function->identity, &found.file);

	found.in_any_case = lack == LACK_NOTHING;
	if (found.in_any_case)
		return found;
	if (rule) {
		found = by_override(facts, image, rule, true);
		found.in_image = true;
		return found;
	}
	if (image && first_that_may_load(image, function)) {
		found = left(facts, image, function, lack, found.file);
		found.in_image = true;
		return found;
	}
	rule = override_of(&facts->disk, function);
	if (rule)
		return by_override(facts, &facts->disk, rule, true);
	if (look_for_id(&facts->disk.modprobe, &function->identity, &file) == LACK_NOTHING)
		return left(facts, &facts->disk, function, LACK_ARGUMENT, file);
	return left(facts, &facts->disk, function, lack, found.file);
}

/* What decides whatever the stages do; false when nothing does. */
static bool judge_ahead(const struct next_boot_facts *facts, const struct boot_function *function,
			struct next_binding *ret)
{
	if (facts->vfio_absent) {
		*ret = left(facts, &facts->disk, function, LACK_KERNEL, NULL);
		return true;
	}
	/* It takes the function from whoever has it by then (driverctl, load-override). */
	if (is_vfio_driver(function->driverctl)) {
		*ret = (struct next_binding){ .driver = NEXT_VFIO,
					      .by_address = true,
					      .in_any_case = true,
					      .file = "etc/driverctl.d" };
		return true;
	}
	if (facts->vfio_builtin || !function->builtin.count)
		return false;
	*ret = (struct next_binding){ NEXT_OTHER, .lack = LACK_BUILTIN, .in_any_case = true,
				      .other = function->builtin.items[0] };
	return true;
}

struct next_binding next_binding_on_disk(const struct next_boot_facts *facts, size_t index)
{
	const struct boot_function *function = &facts->functions[index];
	struct next_binding found;

	if (judge_ahead(facts, function, &found))
		return found;
	return facts->vfio_builtin ? judge_builtin(facts, function, false)
				   : judge_stage(facts, &facts->disk, function);
}

/* The image left the function alone: the disk's turn, with what the image has loaded. */
static struct next_binding judge_after_image(const struct next_boot_facts *facts,
					     const struct boot_function *function)
{
	const struct udev_override *early = override_of(&facts->image, function);
	const struct udev_override *rule = override_of(&facts->disk, function);
	struct next_binding found;
	enum next_lack lack;
	const char *file;

	/* Written in the image already, for a vfio-pci that only the disk has. */
	if (early && !early->unsure && is_vfio_driver(early->driver) && !rule &&
	    loads_vfio(facts, &facts->disk))
		return (struct next_binding){ .driver = NEXT_VFIO,
					      .by_address = true,
					      .in_image = true,
					      .file = early->file };
	if (!loads_vfio(facts, &facts->image))
		return judge_stage(facts, &facts->disk, function);
	if (rule)
		return by_override(facts, &facts->disk, rule, true);
	/* It is loaded, and keeps the ids that it was given there. */
	lack = look_for_id(&facts->image.modprobe, &function->identity, &file);
	found = left(facts, &facts->disk, function, lack, file);
	found.in_image = true;
	return found;
}

struct next_binding next_binding(const struct next_boot_facts *facts, size_t index)
{
	const struct boot_function *function = &facts->functions[index];
	struct next_binding found;

	if (!facts->image_known)
		return next_binding_on_disk(facts, index);
	if (judge_ahead(facts, function, &found))
		return found;
	if (facts->vfio_builtin)
		return judge_builtin(facts, function, true);
	found = judge_stage(facts, &facts->image, function);
	if (found.driver == NEXT_NOBODY)
		return judge_after_image(facts, function);
	found.in_image = true;
	return found;
}

bool next_ids_take(const struct next_boot_facts *facts, const struct pci_identity *identity)
{
	const struct modprobe *modprobe = facts->vfio_builtin ? &facts->arguments
					  : facts->image_known && loads_vfio(facts, &facts->image)
						  ? &facts->image.modprobe
						  : &facts->disk.modprobe;
	const char *file;

	return look_for_id(modprobe, identity, &file) == LACK_NOTHING;
}

void next_boot_facts_free(struct next_boot_facts *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		struct boot_function *function = &facts->functions[i];

		pci_identity_free(&function->identity);
		for (size_t k = 0; k < function->claimer_count; k++) {
			free(function->claimers[k].module);
			strings_free(&function->claimers[k].needs);
		}
		free(function->claimers);
		strings_free(&function->builtin);
		free(function->driverctl);
	}
	free(facts->functions);
	modprobe_free(&facts->arguments);
	next_stage_free(&facts->image);
	next_stage_free(&facts->disk);
	*facts = (struct next_boot_facts){ 0 };
}
