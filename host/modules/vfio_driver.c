/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a driver hands its device to user space through vfio. */
#include "host/modules/vfio_driver.h"

#include "host/modules/kernel_modules.h"

#include <string.h>

int driver_is_vfio(struct host *host, struct pci_function *function, const char *driver, bool *ret,
		   struct error *error)
{
	bool is = !strcmp(driver, "vfio-pci");
	int r = 0;

	if (!is)
		r = pci_has_vfio_device(host, function, &is, error);
	if (r == 0 && !is)
		r = driver_is_vfio_variant(host, driver, &is, error);
	if (r == 0)
		*ret = is;
	return r;
}
