/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a PCI function is to a driver's table of ids. */
#include "host/pci/pci_identity.h"

#include "base/alloc.h"
#include "host/files/root.h"
#include "host/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int pci_identity_parse(const char *modalias, const char *name, struct pci_identity *ret)
{
	struct pci_identity found = { 0 };
	_cleanup_free_ char *printed = NULL;
	unsigned base, sub, interface;

	if (sscanf(modalias, "pci:v%8Xd%8Xsv%8Xsd%8Xbc%2Xsc%2Xi%2X", &found.vendor, &found.device,
		   &found.subvendor, &found.subdevice, &base, &sub, &interface) != 7)
		return -EINVAL;
	/* sscanf takes signs and blanks too, which the kernel does not write. */
	printed = xasprintf("pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X", found.vendor,
			    found.device, found.subvendor, found.subdevice, base, sub, interface);
	if (strcmp(modalias, printed) != 0)
		return -EINVAL;
	found.class = base << 16 | sub << 8 | interface;
	found.modalias = xstrdup(modalias);
	snprintf(found.name, sizeof(found.name), "%s", name);
	*ret = found;
	return 0;
}

int pci_identity_read(struct host *host, const struct pci_function *function,
		      struct pci_identity *ret, struct error *error)
{
	_cleanup_free_ char *path = pci_path(function, "modalias"), *text = NULL;
	int r = root_read_text(host->root, path, LIMIT_NUMBER, &text, error);

	if (r < 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	if (pci_identity_parse(text, function->name, ret) < 0)
		return error_set(error, EINVAL, "/%s: not the modalias of a PCI function", path);
	return 0;
}

void pci_identity_free(struct pci_identity *identity)
{
	free(identity->modalias);
	*identity = (struct pci_identity){ 0 };
}
