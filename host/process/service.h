/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services of the host. */
#ifndef GPUCHECK_HOST_PROCESS_SERVICE_H
#define GPUCHECK_HOST_PROCESS_SERVICE_H

#include "base/error.h"
#include "host/host.h"

/*
 * Have systemd stop a service, and wait until it is off. Only on the live host: -EINVAL below a
 * root. -EIO with what systemctl said, -ETIMEDOUT when it is not off after so many seconds.
 */
int service_stop(const struct host *host, const char *unit, unsigned seconds, struct error *error);

#endif
