/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a VM's last run ended, by the log that libvirt keeps of its QEMU. */
#ifndef GPUCHECK_HOST_VM_QEMU_LOG_H
#define GPUCHECK_HOST_VM_QEMU_LOG_H

#include "base/error.h"
#include "base/strings.h"
#include "host/host.h"

struct qemu_run {
	char *started;        /* when, as libvirt wrote it; NULL when that is out of sight */
	char *ended;          /* "failed", "crashed", "shutdown", …; NULL when it is not said */
	struct strings lines; /* what QEMU and libvirt said in between */
};

/* The log of this VM, below the root; the caller frees it. NULL for a name that is no file's. */
char *qemu_log_path(const char *vm);

/*
 * The last run in a log's text, from the last line "TIME: starting up libvirt version …" on
 * (libvirt, src/qemu/qemu_process.c), without the command line; *ret is to be freed.
 */
void qemu_log_parse(const char *text, struct qemu_run *ret);

/*
 * The same from the log's last 64 KiB, anew at each call. Only the system's libvirt keeps it there:
 * -ENOENT for another one, as for a VM that never ran. -EACCES: only root may read it.
 */
int qemu_log_read(struct host *host, const char *vm, struct qemu_run *ret, struct error *error);

void qemu_run_free(struct qemu_run *run);

#endif
