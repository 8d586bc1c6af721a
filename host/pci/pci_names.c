/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a function is called: by libpci, from the host's own pci.ids where it has one. */
#include "host/pci/pci_names.h"

#include "base/alloc.h"
#include "host/state.h"

#include <pci/pci.h>
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

struct names_db {
	struct pci_access *access;
	int descriptor; /* of the root's pci.ids, or -1 */
	int flags;      /* for pci_lookup_name */
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

static struct pci_access *new_access(void)
{
	struct pci_access *access = pci_alloc();

	access->error = give_up;
	access->warning = keep_quiet;
	access->debug = keep_quiet;
	/* Not libpci's cache of answers from the network, which lies in the caller's home. */
	access->id_lookup_mode = 0;
	return access;
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
			     what | PCI_LOOKUP_NO_NUMBERS | names->flags, vendor, device))
		buffer[0] = '\0';
}

/*
 * udev's database (hwdb) holds the names of pci.ids indexed, so that a look-up costs no parsing of
 * the whole: a run takes a fifth of the time. An empty list leads libpci to it. False where this
 * machine has none.
 */
static bool use_udev(struct names_db *names)
{
	enum { VENDOR_INTEL = 0x8086 };
	char name[64];

	names->access = new_access();
	pci_set_name_list_path(names->access, xstrdup("/dev/null"), 1);
	ask_database(names, PCI_LOOKUP_VENDOR, VENDOR_INTEL, 0, name, sizeof(name));
	if (*name && !names->unusable)
		return true;
	pci_cleanup(names->access);
	names->unusable = false;
	return false;
}

/* The list of a recorded host; false where it has none. */
static bool use_recorded(struct host *host, struct names_db *names)
{
	names->descriptor = root_open_regular(host->root, "usr/share/misc/pci.ids", NULL);
	if (names->descriptor < 0)
		return false;
	names->access = new_access();
	names->flags = PCI_LOOKUP_NO_HWDB;
	pci_set_name_list_path(names->access, xasprintf("/proc/self/fd/%d", names->descriptor), 1);
	return true;
}

/* The whole of this machine's pci.ids. */
static void use_list(struct names_db *names)
{
	names->access = new_access();
	names->flags = PCI_LOOKUP_NO_HWDB;
}

static struct names_db *database(struct host *host)
{
	if (!host->names) {
		host->names = xcalloc(1, sizeof(*host->names));
		host->names->descriptor = -1;
		if (root_is_live(host->root) || !use_recorded(host, host->names)) {
			if (!use_udev(host->names))
				use_list(host->names);
		}
	}
	return host->names;
}

void names_db_free(struct names_db *names)
{
	if (!names)
		return;
	pci_cleanup(names->access);
	cleanup_close(&names->descriptor);
	free(names);
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

void pci_names(struct host *host, uint16_t vendor, uint16_t device, char **ret_vendor,
	       char **ret_device)
{
	char name[256];

	look_up(host, PCI_LOOKUP_VENDOR, vendor, device, name, sizeof(name));
	*ret_vendor = *name ? xstrdup(name) : NULL;
	look_up(host, PCI_LOOKUP_DEVICE, vendor, device, name, sizeof(name));
	*ret_device = *name ? xstrdup(name) : NULL;
}
