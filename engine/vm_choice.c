/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which VM is asked about each card. */
#include "engine/target.h"

#include "base/alloc.h"
#include "engine/suggestion.h"

#include <errno.h>
#include <string.h>

static const struct vm *find_vm(const struct vms *vms, const char *name)
{
	for (size_t i = 0; i < vms->count; i++)
		if (!strcmp(vms->items[i].name, name))
			return &vms->items[i];
	return NULL;
}

static const struct vm *by_card(const struct vms *vms, const struct pci_address *gpu)
{
	const struct vm *holder = NULL, *running = NULL;
	size_t holders = 0, running_holders = 0;

	for (size_t i = 0; i < vms->count; i++) {
		const struct vm *vm = &vms->items[i];

		if (!vm_holds(vm, gpu))
			continue;
		holder = vm;
		holders++;
		if (vm->active) {
			running = vm;
			running_holders++;
		}
	}
	if (holders == 1)
		return holder;
	if (holders)
		return running_holders == 1 ? running : NULL;
	return vms->count == 1 ? &vms->items[0] : NULL;
}

int targets_choose_vms(struct host *host, const char *named, struct targets *targets,
		       struct error *error)
{
	const struct vms *vms;

	for (size_t i = 0; i < targets->count; i++)
		targets->items[i].vm = NULL;
	if (vms_read(host, &vms, NULL) < 0)
		return 0;
	for (size_t i = 0; i < targets->count; i++) {
		struct target *target = &targets->items[i];
		const char *name = named ? named : target->section ? target->section->vm : NULL;

		target->vm = name ? find_vm(vms, name)
				  : by_card(vms, &target->card.functions[0]->address);
		if (name && !target->vm && vms->source != VMS_NOT_RECORDED) {
			_cleanup_free_ char *instead = suggest_vm(host, name);

			return error_set(error, ENOENT, "%s%.100s: no such VM; %s",
					 named ? "--vm " : "configuration: vm=", name, instead);
		}
	}
	return 0;
}
