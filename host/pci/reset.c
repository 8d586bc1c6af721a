/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the kernel can reset a PCI function. */
#include "host/pci/reset.h"

#include "base/alloc.h"
#include "host/state.h"

#include <errno.h>
#include <string.h>

#define METHOD_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_"

enum { MOST_METHODS = 16 }; /* the kernel knows seven */

int pci_reset_methods_parse(const char *text, struct strings *ret)
{
	const char *const end = text + strcspn(text, "\n");
	_cleanup_strings_ struct strings methods = { 0 };
	const char *word;
	size_t length;

	if (*end && strcmp(end, "\n") != 0)
		return -EINVAL;
	while (next_word(&text, end, &word, &length)) {
		if (methods.count == MOST_METHODS || strspn(word, METHOD_LETTERS) < length)
			return -EINVAL;
		strings_take(&methods, xstrndup(word, length));
	}
	*ret = methods;
	methods = (struct strings){ 0 };
	return 0;
}

int pci_reset_read(struct host *host, struct pci_function *function, struct pci_reset *ret,
		   struct error *error)
{
	_cleanup_free_ char *path = pci_path(function, "reset_method");
	_cleanup_free_ char *older = pci_path(function, "reset"), *text = NULL;
	struct pci_reset found = { .file = "reset_method" };
	int r = root_read_text(host->root, path, LIMIT_NUMBER, &text, error);

	if (r == 0) {
		r = pci_reset_methods_parse(text, &found.methods);
		if (r < 0)
			return error_set(error, r, "/%s: not names of reset methods", path);
		*ret = found;
		return 0;
	}
	if (r != -ENOENT)
		return r;
	r = root_exists(host->root, older, error);
	if (r < 0)
		return r;
	*ret = (struct pci_reset){ .file = r ? "reset" : NULL };
	return 0;
}
