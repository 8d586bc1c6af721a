/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which process of the host is a VM. */
#include "host/vm/vm_process.h"

#include "base/alloc.h"
#include "host/state.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define STATUS "run/libvirt/qemu"

int vm_status_pid(const char *text)
{
	static const char tag[] = "<domstatus ", attribute[] = " pid='";
	const char *at = strstr(text, tag);
	const char *end = at ? strchr(at, '>') : NULL;
	unsigned long pid;
	char *behind;

	at = end ? strstr(at, attribute) : NULL;
	if (!at || at > end)
		return 0;
	at += strlen(attribute);
	errno = 0;
	pid = strtoul(at, &behind, 10);
	return strspn(at, "0123456789") && *behind == '\'' && !errno && pid <= INT_MAX ? (int)pid
										       : 0;
}

/* Asked only of what was not to be had: the folder may say that it is there. */
static bool is_listed(struct root *root, const char *file)
{
	_cleanup_strings_ struct strings names = { 0 };

	return root_list(root, STATUS, &names, NULL) == 0 && strings_have(&names, file);
}

int vm_recorded_pid(struct host *host, const char *vm, struct error *error)
{
	_cleanup_free_ char *path = xasprintf(STATUS "/%s.xml", vm), *text = NULL;
	int r;

	/* libvirt takes no name with a slash. */
	if (strchr(vm, '/'))
		return 0;
	r = root_read_text(host->root, path, LIMIT_DEFINITION, &text, error);
	if (r == -ENOENT && is_listed(host->root, path + strlen(STATUS "/")))
		r = root_listed(host->root, path, r, error);
	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? 0 : r;
	return vm_status_pid(text);
}

bool unit_is_qemu(const char *unit)
{
	/* "machine-qemu-1-ml.scope", with - escaped within the machine's name (systemd.unit(5)) */
	return unit && starts_with(unit, "machine-qemu\\x2d") && ends_with(unit, ".scope");
}

int vm_is_process(struct host *host, const struct vm *vm, int pid, const char *unit,
		  struct error *error)
{
	int its = vm->active ? vm_recorded_pid(host, vm->name, error) : 0;

	if (its < 0)
		return its;
	return vm->active && (its ? its == pid : unit_is_qemu(unit));
}
