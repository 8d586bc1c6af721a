/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which driver has a function, as evidence. */
#include "probes/driver_evidence.h"

#include "base/alloc.h"
#include "host/modules/vfio_driver.h"

int driver_evidence(const struct subject *subject, struct pci_function *function,
		    struct finding *finding, const char **ret_driver, bool *ret_vfio,
		    struct error *error)
{
	_cleanup_free_ char *path = pci_path(function, "driver");
	int r = vfio_driver_of(subject->host, function, ret_driver, ret_vfio, error);

	if (r == 0)
		finding_evidence(finding, path, "%s", *ret_driver ? *ret_driver : "none");
	return r;
}
