/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virsh commands for evidence and remedies. */
#include "probes/virsh.h"

#include "base/alloc.h"

char *virsh_command(const char *verb, const struct vm *vm)
{
	_cleanup_free_ char *name = shell_word(vm->name);

	/* A name that looks like an option is given as the value of one. */
	return xasprintf("virsh %s %s%s", verb, *vm->name == '-' ? "--domain=" : "", name);
}
