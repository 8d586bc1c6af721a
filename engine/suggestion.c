/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to type instead of a name that means nothing. */
#include "engine/suggestion.h"

#include "base/alloc.h"
#include "base/nearest.h"
#include "host/pci/pci.h"
#include "host/vm/vms.h"
#include "probes/catalogue.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_NAMED = 8 };

static char *did_you_mean(const char *word)
{
	return xasprintf("did you mean %s?", word);
}

/* "a, b, c", of many the first few. */
static char *join_some(const struct strings *names)
{
	const struct strings some = { names->items,
				      names->count > MOST_NAMED ? MOST_NAMED : names->count, 0 };
	_cleanup_free_ char *joined = strings_join(&some, ", ");

	return names->count > some.count
		       ? xasprintf("%s and %zu more", joined, names->count - some.count)
		       : xstrdup(joined);
}

char *suggest(const char *kind, const char *word, const struct strings *known)
{
	const char *near = nearest_word(word, known);
	_cleanup_free_ char *all = NULL;

	if (near)
		return did_you_mean(near);
	all = join_some(known);
	return known->count == 1 ? xasprintf("the only %s is %s", kind, all)
				 : xasprintf("the %ss are %s", kind, all);
}

static void add_stages(struct strings *names)
{
	for (int stage = 0; stage < STAGES; stage++)
		strings_add(names, stage_name((enum stage)stage));
}

char *suggest_stage(const char *word)
{
	_cleanup_strings_ struct strings stages = { 0 };
	/* Of a check's id, its stage. */
	_cleanup_free_ char *begin = xstrndup(word, strcspn(word, "."));
	enum stage stage;

	add_stages(&stages);
	return stage_find(begin, &stage) ? did_you_mean(begin) : suggest("stage", word, &stages);
}

/* The checks of the stage that the word begins with, or whose name it is without the stage. */
static void add_related(const char *word, struct strings *ids)
{
	const size_t length = strcspn(word, ".");

	for (size_t i = 0; i < catalogue_count; i++) {
		const char *id = catalogue[i]->id;

		if (!strcmp(strchr(id, '.') + 1, word)) {
			strings_free(ids);
			strings_add(ids, id);
			return;
		}
		if (word[length] == '.' && length == strcspn(id, ".") && !strncmp(id, word, length))
			strings_add(ids, id);
	}
}

char *suggest_check(const char *word)
{
	_cleanup_strings_ struct strings names = { 0 }, related = { 0 };
	_cleanup_free_ char *joined = NULL;
	const char *near;

	add_stages(&names);
	for (size_t i = 0; i < catalogue_count; i++)
		strings_add(&names, catalogue[i]->id);
	near = nearest_word(word, &names);
	if (near)
		return did_you_mean(near);
	add_related(word, &related);
	if (related.count == 1)
		return did_you_mean(related.items[0]);
	if (!related.count)
		return xstrdup("gpucheck --list shows them all");
	joined = join_some(&related);
	return xasprintf("there are %s", joined);
}

char *suggest_gpu(struct host *host)
{
	_cleanup_strings_ struct strings names = { 0 };
	_cleanup_free_ char *joined = NULL;
	const struct pci_functions *all;

	if (pci_functions(host, &all, NULL) < 0)
		return xstrdup("lspci -nn shows what is there");
	for (size_t i = 0; i < all->count; i++) {
		uint16_t vendor, device;

		if (!pci_is_gpu(&all->items[i]))
			continue;
		strings_take(&names, pci_ids(host, &all->items[i], &vendor, &device, NULL) < 0
					     ? xstrdup(all->items[i].name)
					     : xasprintf("%s (%04x:%04x)", all->items[i].name,
							 vendor, device));
	}
	if (!names.count)
		return xstrdup("this host has no GPU at all");
	joined = join_some(&names);
	return xasprintf(names.count == 1 ? "the GPU here is %s" : "the GPUs here are %s", joined);
}

char *suggest_vm(struct host *host, const char *word)
{
	_cleanup_strings_ struct strings names = { 0 };
	const struct vms *vms;

	if (vms_read(host, &vms, NULL) < 0)
		return xstrdup("virsh list --all shows them");
	for (size_t i = 0; i < vms->count; i++)
		strings_add(&names, vms->items[i].name);
	return names.count ? suggest("VM", word, &names)
			   : xstrdup("there is none yet: virsh list --all is empty");
}
