/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI functions of the host as sysfs shows them; what a file says is read once and kept. */
#include "host/pci/pci.h"

#include "base/alloc.h"
#include "host/pci/pci_config.h"
#include "host/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES "sys/bus/pci/devices"

enum attribute {
	VENDOR,
	DEVICE,
	CONFIG,
	RESOURCE,
	BOOT_VGA,
	BOOT_DISPLAY,
	NUMVFS,
	DRIVER,
	GROUP,
	PHYSFN,
	PLACE,
	ATTRIBUTES,
};

static const struct {
	const char *file;
	bool is_link;
} attributes[ATTRIBUTES] = {
	[VENDOR] = { "vendor", false },
	[DEVICE] = { "device", false },
	[CONFIG] = { "config", false },
	[RESOURCE] = { "resource", false },
	[BOOT_VGA] = { "boot_vga", false },
	[BOOT_DISPLAY] = { "boot_display", false },
	[NUMVFS] = { "sriov_numvfs", false },
	[DRIVER] = { "driver", true },
	[GROUP] = { "iommu_group", true },
	[PHYSFN] = { "physfn", true },
	[PLACE] = { NULL, true }, /* the link in DEVICES: its target names the bridges above */
};

struct pci_facts {
	struct fact known[ATTRIBUTES];
};

char *pci_path(const struct pci_function *function, const char *file)
{
	return file ? xasprintf(DEVICES "/%s/%s", function->name, file)
		    : xasprintf(DEVICES "/%s", function->name);
}

static struct pci_facts *facts_of(struct pci_function *function)
{
	if (!function->facts)
		function->facts = xcalloc(1, sizeof(*function->facts));
	return function->facts;
}

/* 1 known, 0 there is no such file, -errno; *ret is the function's. */
static int look(struct host *host, struct pci_function *function, enum attribute which,
		const struct fact **ret, struct error *error)
{
	struct fact *fact = &facts_of(function)->known[which];
	_cleanup_free_ char *path = pci_path(function, attributes[which].file);

	*ret = fact;
	if (attributes[which].is_link)
		return fact_link(fact, host->root, path, error);
	return fact_file(fact, host->root, path, LIMIT_NUMBER, error);
}

/* The same for a file that every function has. */
static int look_must(struct host *host, struct pci_function *function, enum attribute which,
		     const struct fact **ret, struct error *error)
{
	int r = look(host, function, which, ret, error);

	if (r == 0)
		return error_set_errno(error, ENOENT, "/" DEVICES "/%s/%s", function->name,
				       attributes[which].file ? attributes[which].file : "");
	return r;
}

/* A number no larger than max from a file; *found says whether there is such a file. */
static int number(struct host *host, struct pci_function *function, enum attribute which,
		  uint64_t max, bool *found, uint64_t *ret, struct error *error)
{
	_cleanup_free_ char *path = NULL;
	const struct fact *fact;
	uint64_t value;
	int r;

	r = look(host, function, which, &fact, error);
	*found = r > 0;
	if (r <= 0)
		return r;
	path = pci_path(function, attributes[which].file);
	r = fact_number(fact, path, &value, error);
	if (r < 0)
		return r;
	if (value > max)
		return error_set(error, ERANGE, "/%s: number out of range", path);
	*ret = value;
	return 0;
}

static int number_must(struct host *host, struct pci_function *function, enum attribute which,
		       uint64_t max, uint64_t *ret, struct error *error)
{
	const struct fact *fact;
	bool found;
	int r = look_must(host, function, which, &fact, error);

	return r < 0 ? r : number(host, function, which, max, &found, ret, error);
}

/* The last component of a link, NULL without one. */
static int link_name(struct host *host, struct pci_function *function, enum attribute which,
		     const char **ret, struct error *error)
{
	const struct fact *fact;
	int r = look(host, function, which, &fact, error);

	if (r < 0)
		return r;
	*ret = r ? fact_link_name(fact) : NULL;
	return 0;
}

/* Asked of every function there is, be it 65,536: so it takes no memory and is not kept as a fact.
 */
static int read_class(struct host *host, struct pci_function *function, struct error *error)
{
	char path[sizeof(DEVICES) + PCI_ADDRESS_SIZE + sizeof("//class")], line[32];
	uint64_t value;
	int r;

	snprintf(path, sizeof(path), DEVICES "/%s/class", function->name);
	r = root_read_line(host->root, path, line, sizeof(line), error);
	if (r >= 0)
		r = number_parse(line, path, &value, error);
	if (r < 0)
		return r;
	if (value > 0xffffff)
		return error_set(error, ERANGE, "/%s: number out of range", path);
	function->class = (int)value;
	return 0;
}

static int by_address(const void *left, const void *right)
{
	const struct pci_function *a = left, *b = right;

	return pci_address_compare(&a->address, &b->address);
}

static int read_functions(struct host *host, struct error *error)
{
	struct pci_functions *all = &host->pci;
	_cleanup_strings_ struct strings names = { 0 };
	int r = root_list(host->root, DEVICES, &names, error);

	if (r < 0)
		return error_wrap(error, "listing the PCI functions");
	all->items = xcalloc(names.count, sizeof(*all->items));
	for (size_t i = 0; i < names.count; i++) {
		struct pci_function *function = &all->items[all->count];

		if (!pci_address_parse(names.items[i], &function->address))
			continue;
		pci_address_format(&function->address, function->name);
		function->class = -1;
		read_class(host, function, NULL);
		all->count++;
	}
	qsort(all->items, all->count, sizeof(*all->items), by_address);
	all->read = true;
	return 0;
}

int pci_functions(struct host *host, const struct pci_functions **ret, struct error *error)
{
	int r = host->pci.read ? 0 : read_functions(host, error);

	if (r == 0)
		*ret = &host->pci;
	return r;
}

struct pci_function *pci_find(struct host *host, const struct pci_address *address)
{
	const struct pci_function key = { .address = *address };
	const struct pci_functions *all;

	if (pci_functions(host, &all, NULL) < 0)
		return NULL;
	return bsearch(&key, all->items, all->count, sizeof(key), by_address);
}

int pci_class(struct host *host, struct pci_function *function, unsigned *ret, struct error *error)
{
	if (function->class < 0) {
		int r = read_class(host, function, error);

		if (r < 0)
			return r;
	}
	*ret = (unsigned)function->class;
	return 0;
}

int pci_ids(struct host *host, struct pci_function *function, uint16_t *vendor, uint16_t *device,
	    struct error *error)
{
	uint64_t values[2];
	int r = number_must(host, function, VENDOR, UINT16_MAX, &values[0], error);

	if (r == 0)
		r = number_must(host, function, DEVICE, UINT16_MAX, &values[1], error);
	if (r < 0)
		return r;
	*vendor = (uint16_t)values[0];
	*device = (uint16_t)values[1];
	return 0;
}

int pci_config(struct host *host, struct pci_function *function, struct pci_config *ret,
	       struct error *error)
{
	const struct fact *fact;
	int r = look_must(host, function, CONFIG, &fact, error);

	if (r < 0)
		return r;
	r = pci_config_parse(fact->text, fact->length, ret);
	if (r < 0)
		return error_set(error, r, "/" DEVICES "/%s/config: %zu bytes, not a header",
				 function->name, fact->length);
	return 0;
}

int pci_bars(struct host *host, struct pci_function *function, struct pci_bar ret[6],
	     size_t *ret_count, struct error *error)
{
	const struct fact *fact;
	int r = look_must(host, function, RESOURCE, &fact, error);

	if (r < 0)
		return r;
	r = pci_resource_parse(fact->text, fact->length, ret, ret_count);
	if (r < 0)
		return error_set(error, r, "/" DEVICES "/%s/resource: not the lines it should be",
				 function->name);
	return 0;
}

int pci_driver(struct host *host, struct pci_function *function, const char **ret,
	       struct error *error)
{
	return link_name(host, function, DRIVER, ret, error);
}

int pci_group(struct host *host, struct pci_function *function, const char **ret,
	      struct error *error)
{
	return link_name(host, function, GROUP, ret, error);
}

int pci_parent(struct host *host, struct pci_function *function, struct pci_function **ret,
	       struct error *error)
{
	_cleanup_free_ char *above = NULL;
	struct pci_function *bridge;
	struct pci_address address;
	const struct fact *fact;
	char *slash;
	int r = look_must(host, function, PLACE, &fact, error);

	if (r < 0)
		return r;
	above = xstrdup(fact->text);
	slash = strrchr(above, '/');
	if (slash)
		*slash = '\0';
	slash = strrchr(above, '/');
	/* "…/devices/pci0000:00/0000:00:01.0/0000:01:00.0": a bridge or a root bus stands above it.
	 */
	if (slash && starts_with(slash + 1, "pci")) {
		*ret = NULL;
		return 0;
	}
	if (!slash || !pci_address_parse(slash + 1, &address))
		return error_set(error, EINVAL, "/" DEVICES "/%s: leads to no place on a PCI bus",
				 function->name);
	bridge = pci_find(host, &address);
	if (!bridge)
		return error_set(error, ENOENT,
				 "/" DEVICES "/%s: no such bridge, although %s is behind it",
				 slash + 1, function->name);
	*ret = bridge;
	return 0;
}

int pci_boot_display(struct host *host, struct pci_function *function, const char **ret,
		     struct error *error)
{
	const enum attribute files[] = { BOOT_VGA, BOOT_DISPLAY };
	const char *shown_by = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		uint64_t value = 0;
		bool found;
		int r = number(host, function, files[i], 1, &found, &value, error);

		if (r < 0)
			return r;
		if (value == 1 && !shown_by)
			shown_by = attributes[files[i]].file;
	}
	*ret = shown_by;
	return 0;
}

int pci_physical_function(struct host *host, struct pci_function *function, const char **ret,
			  struct error *error)
{
	int r = link_name(host, function, PHYSFN, ret, error);

	if (r == 0 && !*ret)
		*ret = "";
	return r;
}

int pci_virtual_count(struct host *host, struct pci_function *function, uint64_t *ret,
		      struct error *error)
{
	uint64_t value = 0;
	bool found;
	int r = number(host, function, NUMVFS, UINT16_MAX, &found, &value, error);

	if (r == 0)
		*ret = value;
	return r;
}

int pci_has_vfio_device(struct host *host, struct pci_function *function, bool *ret,
			struct error *error)
{
	_cleanup_free_ char *path = pci_path(function, "vfio-dev");
	int r = root_exists(host->root, path, error);

	if (r < 0)
		return r;
	*ret = r;
	return 0;
}

void pci_functions_free(struct pci_functions *functions)
{
	for (size_t i = 0; i < functions->count; i++) {
		struct pci_facts *facts = functions->items[i].facts;

		if (!facts)
			continue;
		for (size_t k = 0; k < ATTRIBUTES; k++)
			fact_free(&facts->known[k]);
		free(facts);
	}
	free(functions->items);
	*functions = (struct pci_functions){ 0 };
}
