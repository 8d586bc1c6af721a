/* SPDX-License-Identifier: GPL-2.0-or-later */
/* <maxphysaddr> added to a domain's definition, as text: every other byte stays as it is. */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_WIDEN_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_WIDEN_H

#include "base/error.h"

/*
 * xml with <maxphysaddr mode='passthrough'/> in the domain's own <cpu>, limited to so many bits
 * where limit is not 0. *ret is the caller's; it is xml itself again when <cpu> has one already.
 * -EINVAL for what is no well-formed <domain>, has a document type, or no <cpu>.
 */
int domain_widen(const char *xml, unsigned limit, char **ret, struct error *error);

#endif
