/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A remedy that lies in the firmware's menus. */
#include "probes/firmware_fix.h"

#include "host/iommu/iommu.h"

void firmware_fix(const struct subject *subject, struct finding *finding, const char *what)
{
	bool efi = firmware_is_efi(subject->host);

	finding_fix(finding, FIX_MANUAL, efi ? "systemctl reboot --firmware-setup" : NULL, "%s",
		    what);
}
