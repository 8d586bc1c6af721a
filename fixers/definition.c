/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A change of the VM's saved definition, as a part of the plan. */
#include "fixers/definition.h"

#include "base/alloc.h"
#include "host/vm/vm_changes.h"

#include <errno.h>
#include <string.h>

enum { FILE_MODE = 0600 };

static int change_live(const struct repair *repair, struct plan *plan, definition_edit edit,
		       struct error *error)
{
	const char *vm = repair->subject.vm->name, *planned = plan_definition(plan, vm);
	_cleanup_free_ char *before = NULL, *after = NULL;
	int r = vm_definition_text(repair->subject.host, vm, &before, error);

	if (r == 0)
		r = edit(repair, planned ? planned : before, &after, error);
	if (r == 0 && strcmp(before, after) != 0)
		plan_set_definition(plan, vm, before, after);
	return r;
}

static int change_file(const struct repair *repair, struct plan *plan, definition_edit edit,
		       struct error *error)
{
	struct host *host = repair->subject.host;
	const char *vm = repair->subject.vm->name;
	_cleanup_free_ char *file = xasprintf("etc/libvirt/qemu/%s.xml", vm);
	_cleanup_free_ char *path = NULL, *before = NULL, *after = NULL;
	int r = plan_read_file(plan, host, file, &path, &before, error);

	if (r == 0 && !before)
		r = error_set_errno(error, ENOENT, "/%s", file);
	if (r == 0)
		r = edit(repair, before, &after, error);
	if (r == 0)
		r = plan_set_file(plan, host, file, after, FILE_MODE, error);
	return r < 0 ? r : 0;
}

int definition_change(const struct repair *repair, struct plan *plan, definition_edit edit,
		      struct error *error)
{
	return host_is_live(repair->subject.host) ? change_live(repair, plan, edit, error)
						  : change_file(repair, plan, edit, error);
}

int definition_is_saved(const struct vm *vm, struct error *error)
{
	if (vm->saved.known)
		return 0;
	return error_set(error, ENODATA, "VM %s has no saved definition: virsh define makes one",
			 vm->name);
}
