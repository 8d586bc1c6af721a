/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI tree around the cards. */
#include "engine/topology.h"

#include "base/alloc.h"
#include "host/iommu/iommu.h"
#include "host/modules/vfio_driver.h"
#include "host/pci/pci_names.h"

#include <stdlib.h>
#include <string.h>

enum {
	CLASS_HOST_BRIDGE = 0x0600,
	CLASS_PCI_BRIDGE = 0x0604,
};

static long index_of(const struct pci_functions *all, const struct pci_function *function)
{
	return function ? function - all->items : TOPOLOGY_NONE;
}

static bool same_bus(const struct pci_function *one, const struct pci_function *other)
{
	return one->address.domain == other->address.domain &&
	       one->address.bus == other->address.bus;
}

/* Where each function hangs; one whose place cannot be read stands on its root bus. */
static void hang(struct host *host, const struct pci_functions *all, struct topology *topology)
{
	long root = TOPOLOGY_NONE; /* the first known function of a root bus */

	for (size_t i = 0; i < all->count; i++)
		topology->places[i] = (struct topology_place){
			.function = &all->items[i],
			.above = TOPOLOGY_NONE,
			.first = TOPOLOGY_NONE,
			.next = TOPOLOGY_NONE,
		};
	/* From the last to the first, so that each list is in the order of addresses. */
	for (size_t i = all->count; i-- > 0;) {
		struct topology_place *place = &topology->places[i];
		struct pci_function *above = NULL;
		long *list = &root;

		if (pci_parent(host, place->function, &above, NULL) == 0 && above) {
			place->above = index_of(all, above);
			list = &topology->places[place->above].first;
		} else if (root != TOPOLOGY_NONE &&
			   !same_bus(place->function, topology->places[root].function)) {
			root = TOPOLOGY_NONE;
		}
		place->next = *list;
		*list = (long)i;
	}
}

static void show_way_up(struct topology *topology, long place)
{
	for (int depth = 0; place != TOPOLOGY_NONE && depth < PCI_MAX_DEPTH; depth++) {
		topology->places[place].shown = true;
		place = topology->places[place].above;
	}
}

/* A function of the card, and who is in its group. */
static void show_function(struct host *host, const struct pci_functions *all,
			  struct topology *topology, struct pci_function *function)
{
	struct topology_place *place = &topology->places[index_of(all, function)];
	_cleanup_strings_ struct strings members = { 0 };
	const char *group = NULL;

	place->of_card = true;
	show_way_up(topology, index_of(all, function));
	if (pci_group(host, function, &group, NULL) < 0 || !group ||
	    iommu_group_members(host, group, &members, NULL) < 0)
		return;
	for (size_t i = 0; i < members.count; i++) {
		struct pci_address address;
		struct pci_function *member;

		if (!pci_address_parse(members.items[i], &address))
			continue;
		member = pci_find(host, &address);
		if (member)
			show_way_up(topology, index_of(all, member));
	}
}

/* libvirt's VMs; NULL when they cannot be told. */
static const struct vms *read_vms(struct host *host, struct topology *topology)
{
	const struct vms *vms;
	struct error error;

	if (vms_read(host, &vms, &error) == 0)
		return vms;
	topology->vms_trouble = xstrdup(error.text);
	return NULL;
}

/* The VM that has a function now, else one that is off and would take it. */
static char *vm_that_owns(const struct vms *vms, const struct pci_address *address)
{
	const struct vm *off = NULL;

	for (size_t i = 0; vms && i < vms->count; i++) {
		const struct vm *vm = &vms->items[i];

		if (vm->active && vm->live.known &&
		    (vm_find_hostdev(&vm->live, address) ||
		     vm_has_on_commandline(&vm->live, address)))
			return xasprintf("VM %s", vm->name);
		if (!vm->active && !off && vm_holds(vm, address))
			off = vm;
	}
	return off ? xasprintf("VM %s (off)", off->name) : xstrdup("vfio");
}

static void read_facts(struct host *host, const struct vms *vms, struct topology_place *place)
{
	struct pci_function *function = place->function;
	_cleanup_free_ char *described = pci_describe(host, function);
	bool vfio = false;

	vfio_driver_of(host, function, &place->driver, &vfio, NULL);
	pci_group(host, function, &place->group, NULL);
	if (pci_config(host, function, &place->config, NULL) < 0)
		place->config = (struct pci_config){ .header = -1, .port = -1 };
	place->owner = vfio            ? vm_that_owns(vms, &function->address)
		       : place->driver ? xstrdup("host")
				       : xstrdup("nobody");
	place->name = xstrdup(described + strlen(function->name) +
			      (described[strlen(function->name)] == ' '));
}

static int by_group(const void *left, const void *right)
{
	const struct topology_place *const *a = left, *const *b = right;

	return strcmp((*a)->group, (*b)->group);
}

/* A bridge, which stays with the host whoever has the rest of its group. */
static bool is_harmless(const struct topology_place *place)
{
	return place->config.header == 1 ||
	       (pci_base_class(place->function) == CLASS_HOST_BRIDGE && !place->driver);
}

/* Of those that are shown; functions of one card go together anyway and are worth no mark. */
static void mark_shared(struct topology *topology)
{
	struct topology_place **sorted = xcalloc(topology->count, sizeof(struct topology_place *));
	size_t count = 0, end;

	for (size_t i = 0; i < topology->count; i++)
		if (topology->places[i].shown && topology->places[i].group)
			sorted[count++] = &topology->places[i];
	qsort(sorted, count, sizeof(struct topology_place *), by_group);
	for (size_t first = 0; first < count; first = end) {
		const struct topology_place *one = NULL;
		bool shared = false;

		for (end = first; end < count && by_group(&sorted[first], &sorted[end]) == 0;
		     end++) {
			if (is_harmless(sorted[end]))
				continue;
			one = one ? one : sorted[end];
			shared |= one->of_card != sorted[end]->of_card ||
				  !pci_address_same_slot(&one->function->address,
							 &sorted[end]->function->address);
		}
		for (size_t i = first; i < end; i++)
			sorted[i]->shared = shared;
	}
	free(sorted);
}

int topology_read(struct host *host, const struct targets *targets, const struct outcome *outcome,
		  bool whole, struct topology *ret, struct error *error)
{
	struct topology topology = { 0 };
	const struct pci_functions *all;
	const struct vms *vms;
	int r = pci_functions(host, &all, error);

	if (r < 0)
		return r;
	topology.count = all->count;
	topology.places = xcalloc(all->count, sizeof(*topology.places));
	hang(host, all, &topology);
	for (size_t i = 0; i < targets->count; i++)
		for (size_t k = 0; k < targets->items[i].card.count; k++)
			show_function(host, all, &topology, targets->items[i].card.functions[k]);
	vms = read_vms(host, &topology);
	for (size_t i = 0; i < all->count; i++) {
		struct topology_place *place = &topology.places[i];

		place->shown |= whole;
		topology.shown_count += place->shown;
		/* Empty root ports are told about, shown or not. */
		if (place->shown || pci_base_class(place->function) == CLASS_PCI_BRIDGE)
			read_facts(host, vms, place);
	}
	mark_shared(&topology);
	topology_judge(host, targets, outcome, &topology);
	*ret = topology;
	return 0;
}

void topology_free(struct topology *topology)
{
	for (size_t i = 0; i < topology->count; i++) {
		free(topology->places[i].name);
		free(topology->places[i].owner);
	}
	for (size_t i = 0; i < topology->card_count; i++) {
		struct topology_card *card = &topology->cards[i];

		free(card->gpu);
		free(card->reason);
		free(card->cause);
		free(card->remedy);
		free(card->slot);
	}
	free(topology->places);
	free(topology->cards);
	free(topology->vms_trouble);
	*topology = (struct topology){ 0 };
}
