/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tree says of a card: why it is not alone in its group, and where it would be. */
#include "engine/topology.h"

#include "base/alloc.h"
#include "host/card/gpu_kind.h"
#include "host/iommu/iommu.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SLOTS_NAMED = 4 };

static struct topology_place *place_of(const struct topology *topology,
				       const struct pci_function *function)
{
	for (size_t i = 0; i < topology->count; i++)
		if (topology->places[i].function == function)
			return &topology->places[i];
	return NULL;
}

static bool same_group(const struct topology_place *one, const struct topology_place *other)
{
	return one->group && other->group && !strcmp(one->group, other->group);
}

/*
 * Going up, the kernel takes into a group all that lies behind a port which does not keep devices
 * apart (drivers/iommu/iommu.c, pci_device_group): the highest such port above the card decides.
 */
static const struct topology_place *deciding_port(const struct topology *topology,
						  const struct topology_place *card, bool *unseen)
{
	const struct topology_place *found = NULL, *place = card;

	*unseen = false;
	for (int depth = 0; place->above != TOPOLOGY_NONE && depth < PCI_MAX_DEPTH; depth++) {
		place = &topology->places[place->above];
		if (!same_group(place, card))
			break;
		if (place->config.acs == PCI_ACS_UNSEEN)
			*unseen = true;
		else if (place->config.acs != PCI_ACS_ON)
			found = place;
	}
	return found;
}

/* A card that could be put into another slot. */
static bool is_in_a_slot(struct host *host, const struct topology_place *card)
{
	return card->above != TOPOLOGY_NONE && gpu_kind(host, card->function) == GPU_DISCRETE;
}

static const char *port_name(const struct topology_place *place)
{
	switch (place->config.port) {
	case PCI_PORT_ROOT:
		return "root port";
	case PCI_PORT_UPSTREAM:
	case PCI_PORT_DOWNSTREAM:
		return "switch port";
	case PCI_PORT_TO_PCI:
		return "bridge to conventional PCI";
	default:
		return "bridge";
	}
}

static char *cause_of(struct host *host, const struct topology *topology,
		      const struct topology_place *card)
{
	const struct topology_place *port;
	bool unseen;

	if (!is_in_a_slot(host, card))
		return xstrdup("it is part of the processor or chipset, where no port stands "
			       "between it and its neighbours");
	port = deciding_port(topology, card, &unseen);
	if (port && port->config.port == PCI_PORT_TO_PCI)
		return xasprintf("behind the %s %s all devices look like one to the IOMMU",
				 port_name(port), port->function->name);
	if (port)
		return xasprintf("the %s %s above it %s, so the IOMMU cannot keep apart what is "
				 "behind and beside it",
				 port_name(port), port->function->name,
				 port->config.acs == PCI_ACS_OFF
					 ? "has ACS (Access Control Services) that is not turned on"
					 : "has no ACS (Access Control Services)");
	if (unseen)
		return xasprintf("whether the ports above it have ACS (Access Control Services) %s",
				 host_is_live(host)
					 ? "can only be read by root"
					 : "is not in this record, or takes root to read");
	return xstrdup("the ports above it have ACS (Access Control Services), so the reason is "
		       "none that the PCI tree shows");
}

/* An empty root port that the kernel put into a group of its own: what is put there is alone. */
static bool is_free_slot(struct host *host, const struct topology_place *port)
{
	_cleanup_strings_ struct strings members = { 0 };

	return port->config.port == PCI_PORT_ROOT && port->first == TOPOLOGY_NONE && port->group &&
	       iommu_group_members(host, port->group, &members, NULL) == 0 && members.count == 1;
}

static char *free_slots(struct host *host, const struct topology *topology)
{
	_cleanup_strings_ struct strings ports = { 0 };
	_cleanup_free_ char *joined = NULL;

	for (size_t i = 0; i < topology->count && ports.count < MAX_SLOTS_NAMED; i++) {
		const struct topology_place *place = &topology->places[i];

		if (is_free_slot(host, place))
			strings_take(
				&ports,
				xasprintf("%s%s", place->function->name,
					  place->config.acs == PCI_ACS_ON ? " (with ACS)" : ""));
	}
	if (!ports.count)
		return xstrdup("no empty root port is seen; firmware hides those of most empty "
			       "slots, so try another slot and look again");
	joined = strings_join(&ports, ", ");
	return xasprintf("a card in the slot of the root port %s would be alone: nothing is behind "
			 "%s now, and nothing shares %s group",
			 joined, ports.count == 1 ? "it" : "them",
			 ports.count == 1 ? "its" : "their");
}

/* What the checks found of this GPU, or of the host where that kept it from being looked at. */
static const struct result *result_of(const struct outcome *outcome, const char *gpu)
{
	const struct result *found = NULL;

	for (size_t i = 0; i < outcome->count; i++) {
		const struct result *result = &outcome->results[i];
		const bool own = result->gpu && !strcmp(result->gpu, gpu);

		if ((own || !result->gpu) && (!found || result->finding.verdict != VERDICT_SKIP))
			found = result;
	}
	return found;
}

static bool has_company(const struct topology *topology, const struct topology_place *card)
{
	for (size_t i = 0; i < topology->count; i++) {
		const struct topology_place *place = &topology->places[i];

		if (!place->of_card && same_group(place, card) && place->config.header != 1)
			return true;
	}
	return false;
}

void topology_judge(struct host *host, const struct targets *targets, const struct outcome *outcome,
		    struct topology *topology)
{
	topology->card_count = targets->count;
	topology->cards = xcalloc(targets->count, sizeof(*topology->cards));
	for (size_t i = 0; i < targets->count; i++) {
		const struct card *card = &targets->items[i].card;
		const struct topology_place *place = place_of(topology, card->functions[0]);
		const struct result *result = result_of(outcome, card->functions[0]->name);
		struct topology_card *said = &topology->cards[i];

		said->gpu = xstrdup(card->functions[0]->name);
		said->verdict = result ? result->finding.verdict : VERDICT_ERROR;
		said->reason = xstrdup(result ? result->finding.reason : "it was not looked at");
		if (result && result->finding.fix_summary)
			said->remedy = xstrdup(result->finding.fix_summary);
		if (!place || said->verdict == VERDICT_PASS || !has_company(topology, place))
			continue;
		said->cause = cause_of(host, topology, place);
		if (is_in_a_slot(host, place))
			said->slot = free_slots(host, topology);
	}
}
