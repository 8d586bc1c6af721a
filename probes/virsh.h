/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virsh commands for evidence and remedies, with the VM's name safe for a shell. */
#ifndef GPUCHECK_PROBES_VIRSH_H
#define GPUCHECK_PROBES_VIRSH_H

#include "host/vm/vms.h"

/* "virsh VERB NAME"; the caller frees it. verb may hold options: "dumpxml --inactive". */
char *virsh_command(const char *verb, const struct vm *vm);

#endif
