/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cards are judged: those named, or by default those that look meant for a VM. */
#include "engine/target.h"

#include "base/alloc.h"
#include "engine/suggestion.h"
#include "host/card/gpu_kind.h"
#include "host/modules/vfio_driver.h"
#include "host/pci/pci_names.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct gpu_list {
	struct pci_function **items;
	size_t count;
};

static void add_gpu(struct gpu_list *list, struct pci_function *gpu)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i] == gpu)
			return;
	list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = gpu;
}

/* "vvvv:dddd", hexadecimal and nothing else. */
static bool parse_id(const char *text, uint16_t *vendor, uint16_t *device)
{
	for (size_t i = 0; i < 9; i++)
		if (i == 4 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return false;
	if (text[9])
		return false;
	*vendor = (uint16_t)strtoul(text, NULL, 16);
	*device = (uint16_t)strtoul(text + 5, NULL, 16);
	return true;
}

static int by_address(struct host *host, const char *name, const struct pci_address *address,
		      struct gpu_list *list, struct error *error)
{
	struct pci_function *function = pci_find(host, address);
	_cleanup_free_ char *who = NULL, *instead = NULL;
	unsigned class;

	if (!function) {
		instead = suggest_gpu(host);
		return error_set(error, ENOENT, "--gpu %s: no PCI function has this address; %s",
				 name, instead);
	}
	if (pci_class(host, function, &class, error) < 0)
		return error_wrap(error, "--gpu %s", name);
	if (!pci_is_gpu(function)) {
		who = pci_describe(host, function);
		instead = suggest_gpu(host);
		return error_set(error, EINVAL, "--gpu %s: %s is no GPU (its class is %04x); %s",
				 name, who, class >> 8, instead);
	}
	add_gpu(list, function);
	return 0;
}

static bool has_id(struct host *host, struct pci_function *function, uint16_t vendor,
		   uint16_t device)
{
	uint16_t own_vendor, own_device;

	return pci_ids(host, function, &own_vendor, &own_device, NULL) == 0 &&
	       own_vendor == vendor && own_device == device;
}

/* No GPU has the id: say whether something else has. */
static int refuse_id(struct host *host, const struct pci_functions *all, const char *name,
		     uint16_t vendor, uint16_t device, struct error *error)
{
	_cleanup_free_ char *instead = suggest_gpu(host);

	for (size_t i = 0; i < all->count; i++)
		if (has_id(host, &all->items[i], vendor, device))
			return error_set(error, EINVAL,
					 "--gpu %s: %s has this id and is no GPU; %s", name,
					 all->items[i].name, instead);
	return error_set(error, ENOENT, "--gpu %s: no PCI function has this id; %s", name, instead);
}

static int by_id(struct host *host, const char *name, uint16_t vendor, uint16_t device,
		 struct gpu_list *list, struct error *error)
{
	const struct pci_functions *all;
	struct pci_function *found = NULL;
	_cleanup_strings_ struct strings addresses = { 0 };
	_cleanup_free_ char *joined = NULL;

	if (pci_functions(host, &all, error) < 0)
		return error_wrap(error, "--gpu %s", name);
	for (size_t i = 0; i < all->count; i++) {
		if (!pci_is_gpu(&all->items[i]) || !has_id(host, &all->items[i], vendor, device))
			continue;
		found = &all->items[i];
		strings_add(&addresses, found->name);
	}
	if (!found)
		return refuse_id(host, all, name, vendor, device, error);
	joined = strings_join(&addresses, ", ");
	if (addresses.count > 1)
		return error_set(error, EINVAL,
				 "--gpu %s: %zu GPUs have this id; name one by its address: %s",
				 name, addresses.count, joined);
	add_gpu(list, found);
	return 0;
}

static int by_name(struct host *host, const char *name, struct gpu_list *list, struct error *error)
{
	struct pci_address address;
	_cleanup_free_ char *instead = NULL;
	uint16_t vendor, device;

	if (pci_address_parse(name, &address))
		return by_address(host, name, &address, list, error);
	if (parse_id(name, &vendor, &device))
		return by_id(host, name, vendor, device, list, error);
	instead = suggest_gpu(host);
	return error_set(error, EINVAL,
			 "--gpu %.100s: neither an address (0000:01:00.0, 01:00.0) nor an id "
			 "(10de:2504); %s",
			 name, instead);
}

/* Predicates of the default choice: 1, 0, or -errno when the fact behind it cannot be read. */
static int is_on_vfio(struct host *host, struct pci_function *gpu, struct error *error)
{
	const char *driver;
	bool vfio;
	int r = vfio_driver_of(host, gpu, &driver, &vfio, error);

	return r < 0 ? r : vfio;
}

/* That libvirt does not answer is said by the checks of the VM; here it only means no. */
static int is_in_some_vm(struct host *host, struct pci_function *gpu, struct error *error)
{
	const struct vms *vms;

	(void)error;
	if (vms_read(host, &vms, NULL) < 0)
		return 0;
	for (size_t i = 0; i < vms->count; i++)
		if (vm_holds(&vms->items[i], &gpu->address))
			return 1;
	return 0;
}

static bool is_virtual(struct host *host, struct pci_function *function)
{
	const char *physical;

	return pci_physical_function(host, function, &physical, NULL) == 0 && *physical;
}

/* A candidate of the same slot whose card takes this function along: virtual ones travel alone. */
static bool belongs_to_one(struct host *host, const struct gpu_list *candidates,
			   struct pci_function *function)
{
	/* The slot first: it costs nothing, and few functions share one with a GPU. */
	for (size_t i = 0; i < candidates->count; i++)
		if (pci_address_same_slot(&candidates->items[i]->address, &function->address) &&
		    !is_virtual(host, candidates->items[i]))
			return !is_virtual(host, function);
	return false;
}

/* 1 when it may be chosen without being named, 0 when not. */
static int is_candidate(struct host *host, const struct gpu_list *before, struct pci_function *gpu,
			struct error *error)
{
	uint64_t virtual_functions = 0;
	unsigned class;
	int r;

	/* Beside a candidate it is judged as that one's companion, whatever it is. */
	if (belongs_to_one(host, before, gpu))
		return 0;
	/* It may be the very card: choosing without it could leave that unjudged. */
	r = pci_class(host, gpu, &class, error);
	if (r < 0 || !pci_is_gpu(gpu))
		return r;
	r = pci_virtual_count(host, gpu, &virtual_functions, error);
	if (r < 0)
		return r;
	return !virtual_functions && gpu_kind(host, gpu) != GPU_BMC;
}

/* All candidates, and among them those that are not part of the processor. */
static int list_candidates(struct host *host, struct gpu_list *ret, struct gpu_list *discrete,
			   struct error *error)
{
	const struct pci_functions *all;
	int r = pci_functions(host, &all, error);

	for (size_t i = 0; r >= 0 && i < all->count; i++) {
		struct pci_function *gpu = &all->items[i];

		r = is_candidate(host, ret, gpu, error);
		if (r <= 0)
			continue;
		add_gpu(ret, gpu);
		if (gpu_kind(host, gpu) == GPU_DISCRETE)
			add_gpu(discrete, gpu);
	}
	return r < 0 ? r : 0;
}

typedef int predicate(struct host *host, struct pci_function *gpu, struct error *error);

static int add_those(struct host *host, const struct gpu_list *from, predicate *wanted,
		     struct gpu_list *list, struct error *error)
{
	for (size_t i = 0; i < from->count; i++) {
		int r = wanted(host, from->items[i], error);

		if (r < 0)
			return r;
		if (r)
			add_gpu(list, from->items[i]);
	}
	return 0;
}

/* The first rule that finds any wins. */
static int apply_rules(struct host *host, const struct gpu_list *candidates,
		       const struct gpu_list *discrete, struct gpu_list *list, struct error *error)
{
	/* An integrated GPU stays with the host wherever there is a discrete one. */
	const struct gpu_list *from = discrete->count ? discrete : candidates;
	int r = 0;

	/* A single discrete GPU is chosen whatever VMs and drivers say: they need not be asked. */
	if (discrete->count != 1)
		r = add_those(host, from, is_in_some_vm, list, error);
	else
		add_gpu(list, discrete->items[0]);
	if (r == 0 && !list->count)
		r = add_those(host, from, is_on_vfio, list, error);
	if (r == 0 && !list->count)
		for (size_t i = 0; i < discrete->count; i++)
			add_gpu(list, discrete->items[i]);
	return r;
}

static int by_default(struct host *host, struct gpu_list *list, struct error *error)
{
	struct gpu_list candidates = { 0 }, discrete = { 0 };
	int r = list_candidates(host, &candidates, &discrete, error);

	if (r == 0)
		r = apply_rules(host, &candidates, &discrete, list, error);
	if (r < 0)
		error_wrap(error, "no GPU can be chosen; name one with --gpu");
	else if (!list->count)
		r = error_set(
			error, ENOENT,
			"no GPU to check: no GPU is on a vfio driver and there is no discrete "
			"one; name one with --gpu if this host has another");
	free(candidates.items);
	free(discrete.items);
	return r;
}

static int by_configuration(struct host *host, const struct configuration *configuration,
			    struct gpu_list *list, struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < configuration->count; i++) {
		char name[PCI_ADDRESS_SIZE];

		pci_address_format(&configuration->sections[i].gpu, name);
		r = by_address(host, name, &configuration->sections[i].gpu, list, error);
	}
	return r;
}

int targets_choose(struct host *host, const struct strings *named,
		   const struct configuration *configuration, struct targets *ret,
		   struct error *error)
{
	struct gpu_list list = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < named->count; i++)
		r = by_name(host, named->items[i], &list, error);
	if (!named->count && configuration->count)
		r = by_configuration(host, configuration, &list, error);
	else if (!named->count)
		r = by_default(host, &list, error);
	if (r == 0) {
		ret->count = list.count;
		ret->items = xcalloc(list.count, sizeof(*ret->items));
		for (size_t i = 0; i < list.count; i++) {
			card_find(host, list.items[i], &ret->items[i].card);
			ret->items[i].section = configuration_find(configuration,
								   &list.items[i]->address);
		}
	}
	free(list.items);
	return r;
}

void targets_free(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		card_free(&targets->items[i].card);
	free(targets->items);
	*targets = (struct targets){ 0 };
}
