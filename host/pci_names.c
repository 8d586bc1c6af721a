/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a function is called: by libpci, from the host's own pci.ids where it has one. */
#include "host/pci_names.h"

#include "base/alloc.h"
#include "host/state.h"

#include <pci/pci.h>
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

struct names_db {
	struct pci_access *access;
	int descriptor; /* of the root's pci.ids, or -1 */
	bool unusable;
};

/* libpci's error callback must not return, and it carries no argument of ours. */
static jmp_buf broken_database;

static void give_up(char *format, ...) __attribute__((noreturn));

static void give_up(char *format, ...)
{
	(void)format;
	longjmp(broken_database, 1);
}

static void keep_quiet(char *format, ...)
{
	(void)format;
}

static struct names_db *database(struct host *host)
{
	struct names_db *names = host->names;

	if (names)
		return names;
	names = xcalloc(1, sizeof(*names));
	names->access = pci_alloc();
	names->access->error = give_up;
	names->access->warning = keep_quiet;
	names->access->debug = keep_quiet;
	/* Below a directory that has no pci.ids the names come from the one of this machine. */
	names->descriptor = root_open_regular(host->root, "usr/share/misc/pci.ids", NULL);
	if (names->descriptor >= 0)
		pci_set_name_list_path(names->access,
				       xasprintf("/proc/self/fd/%d", names->descriptor), 1);
	host->names = names;
	return names;
}

void names_db_free(struct names_db *names)
{
	if (!names)
		return;
	pci_cleanup(names->access);
	cleanup_close(&names->descriptor);
	free(names);
}

/*
 * buffer stays empty when the name is not known. The jump comes back into this function alone,
 * whose arguments it does not change.
 */
static void ask_database(struct names_db *names, int what, uint16_t vendor, uint16_t device,
			 char *buffer, int size)
{
	if (setjmp(broken_database)) {
		names->unusable = true;
		buffer[0] = '\0';
		return;
	}
	/* The result is NULL for an unknown id, else buffer or a static text. */
	if (!pci_lookup_name(names->access, buffer, size,
			     what | PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB, vendor, device))
		buffer[0] = '\0';
}

static void look_up(struct host *host, int what, uint16_t vendor, uint16_t device, char *buffer,
		    size_t size)
{
	struct names_db *names = database(host);

	buffer[0] = '\0';
	if (!names->unusable)
		ask_database(names, what, vendor, device, buffer, (int)size);
}

char *pci_describe(struct host *host, struct pci_function *function)
{
	uint16_t vendor, device;
	char name[256];

	if (pci_ids(host, function, &vendor, &device, NULL) < 0)
		return xstrdup(function->name);
	look_up(host, PCI_LOOKUP_DEVICE, vendor, device, name, sizeof(name));
	return xasprintf("%s %s%s[%04x:%04x]", function->name, name, *name ? " " : "", vendor,
			 device);
}

char *pci_full_name(struct host *host, struct pci_function *function)
{
	uint16_t vendor, device;
	char maker[256], name[256];

	if (pci_ids(host, function, &vendor, &device, NULL) < 0)
		return xstrdup("unknown device");
	look_up(host, PCI_LOOKUP_VENDOR, vendor, device, maker, sizeof(maker));
	look_up(host, PCI_LOOKUP_DEVICE, vendor, device, name, sizeof(name));
	return xasprintf("%s%s%s%s[%04x:%04x]", maker, *maker ? " " : "", name, *name ? " " : "",
			 vendor, device);
}
