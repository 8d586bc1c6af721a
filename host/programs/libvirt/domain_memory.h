/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a domain has, what limits it and what backs it. */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_MEMORY_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_MEMORY_H

#include <jansson.h>
#include <libxml/tree.h>

/*
 * A new reference: {"size", "maximum", "slots", "hard_limit", "locked",
 *   "pages": [{"page", "memory"}], "nodes"}
 * Sizes are KiB, null where the definition says none or no number; size is all that the guest has
 * at start, maximum what hotplug may make of it. pages says how much of the memory is to lie in
 * huge pages of which size (0: the host's default size); it is empty without <hugepages>. nodes are
 * the host's NUMA nodes that all of it must lie in, as libvirt writes them ("0-1,3"), or null.
 */
json_t *domain_memory(const xmlNode *domain);

/* KiB in an element's text and its attribute unit, rounded up; JSON's null for NULL and no number.
 */
json_t *domain_element_size(xmlNode *node);

#endif
