/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsers of a PCI function's config and resource files. */
#include "host/pci/pci_config.h"

#include <ctype.h>
#include <errno.h>
#include <pci/header.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEADER_SIZE = 64,
	LEGACY_SIZE = 256, /* where the capability list ends */
	EXTENDED_SIZE = 4096,
	MULTI_FUNCTION = 0x80,
	BARS = 6,
};

/* The capability list is linked by one-byte offsets (PCI Local Bus Specification 3.0, 6.7). */
static int express_port(const unsigned char *bytes, size_t length)
{
	size_t end = length < LEGACY_SIZE ? length : LEGACY_SIZE;
	size_t at = bytes[PCI_CAPABILITY_LIST] & ~3U;

	if (!(bytes[PCI_STATUS] & PCI_STATUS_CAP_LIST))
		return -1;
	/* Each capability takes at least four bytes: more steps than that are a loop. */
	for (size_t steps = 0; steps < LEGACY_SIZE / 4; steps++) {
		if (at < HEADER_SIZE || at + 4 > end)
			return -1;
		if (bytes[at] == PCI_CAP_ID_EXP)
			return (bytes[at + PCI_EXP_FLAGS] & PCI_EXP_FLAGS_TYPE) >> 4;
		at = bytes[at + PCI_CAP_LIST_NEXT] & ~3U;
	}
	return -1;
}

static unsigned word_at(const unsigned char *bytes, size_t at)
{
	return bytes[at] | (unsigned)bytes[at + 1] << 8;
}

/*
 * What the kernel asks of a port before it keeps apart what is behind it (drivers/pci/pci.c,
 * pci_acs_flags_enabled; drivers/iommu/iommu.c, REQ_ACS_FLAGS): what a port cannot do it need not
 * be told to.
 */
static enum pci_acs acs_at(const unsigned char *bytes, size_t at)
{
	const unsigned required = PCI_ACS_CAP_VALID | PCI_ACS_CAP_REQ_RED | PCI_ACS_CAP_CMPLT_RED |
				  PCI_ACS_CAP_FORWARD;
	const unsigned wanted = required & word_at(bytes, at + PCI_ACS_CAP);

	return (word_at(bytes, at + PCI_ACS_CTRL) & wanted) == wanted ? PCI_ACS_ON : PCI_ACS_OFF;
}

/* The extended list begins behind the legacy space; a header of zeros ends it (7.6.3). */
static enum pci_acs access_control(const unsigned char *bytes, size_t length)
{
	size_t at = LEGACY_SIZE;

	if (length < EXTENDED_SIZE)
		return PCI_ACS_UNSEEN;
	for (size_t steps = 0; steps < EXTENDED_SIZE / 8; steps++) {
		unsigned id = word_at(bytes, at), next = word_at(bytes, at + 2) >> 4;

		if (id == PCI_EXT_CAP_ID_ACS)
			return acs_at(bytes, at);
		if (next < LEGACY_SIZE || next + 8 > EXTENDED_SIZE)
			break;
		at = next & ~3U;
	}
	return PCI_ACS_ABSENT;
}

int pci_config_parse(const char *bytes, size_t length, struct pci_config *ret)
{
	const unsigned char *config = (const unsigned char *)bytes;
	struct pci_config found = { .all_ones = true };

	if (length < HEADER_SIZE)
		return -EINVAL;
	for (size_t i = 0; i < HEADER_SIZE; i++)
		found.all_ones &= config[i] == 0xff;
	found.header = config[PCI_HEADER_TYPE] & ~MULTI_FUNCTION & 0xff;
	found.port = found.all_ones ? -1 : express_port(config, length);
	found.acs = found.all_ones ? PCI_ACS_UNSEEN : access_control(config, length);
	found.whole = !found.all_ones && length >= LEGACY_SIZE;
	*ret = found;
	return 0;
}

/* "0x" and hexadecimal digits, then the character stop. */
static int hex_number(const char **cursor, char stop, uint64_t *ret)
{
	char *end;

	if (strncmp(*cursor, "0x", 2) || !isxdigit((unsigned char)(*cursor)[2]))
		return -EINVAL;
	errno = 0;
	*ret = strtoull(*cursor, &end, 16);
	if (errno || *end != stop)
		return -EINVAL;
	*cursor = end + 1;
	return 0;
}

int pci_resource_parse(const char *text, size_t length, struct pci_bar ret[6], size_t *ret_count)
{
	struct pci_bar found[BARS];
	size_t count = 0;

	if (strlen(text) != length)
		return -EINVAL;
	for (unsigned i = 0; i < BARS; i++) {
		struct pci_bar bar = { .index = i };

		if (hex_number(&text, ' ', &bar.start) < 0 ||
		    hex_number(&text, ' ', &bar.end) < 0 || hex_number(&text, '\n', &bar.flags) < 0)
			return -EINVAL;
		if (bar.flags)
			found[count++] = bar;
	}
	memcpy(ret, found, count * sizeof(*found));
	*ret_count = count;
	return 0;
}
