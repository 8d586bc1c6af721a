/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which driver has a function, and whether it hands it to user space through vfio. */
#include "host/modules/vfio_driver.h"

#include "host/modules/kernel_modules.h"

#include <string.h>

static int is_vfio(struct host *host, struct pci_function *function, const char *driver, bool *ret,
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

int vfio_driver_of(struct host *host, struct pci_function *function, const char **ret_driver,
		   bool *ret_vfio, struct error *error)
{
	const char *driver;
	bool vfio = false;
	int r = pci_driver(host, function, &driver, error);

	if (r == 0 && driver)
		r = is_vfio(host, function, driver, &vfio, error);
	if (r < 0)
		return r;
	*ret_driver = driver;
	*ret_vfio = vfio;
	return 0;
}
