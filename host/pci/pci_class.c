/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a function's class code says (PCI Code and ID Assignment Specification). */
#include "host/pci/pci.h"

int pci_base_class(const struct pci_function *function)
{
	return function->class < 0 ? -1 : function->class >> 8;
}

bool pci_is_gpu(const struct pci_function *function)
{
	switch (pci_base_class(function)) {
	case 0x0300: /* VGA compatible controller */
	case 0x0302: /* 3D controller */
	case 0x0380: /* display controller that is no VGA */
	case 0x1200: /* processing accelerator */
		return true;
	default:
		return false;
	}
}

bool pci_is_display(const struct pci_function *function)
{
	return function->class >= 0 && function->class >> 16 == 0x03;
}
