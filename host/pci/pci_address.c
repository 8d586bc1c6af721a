/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address of a PCI function: domain:bus:device.function, hexadecimal. */
#include "host/pci/pci_address.h"

#include <stddef.h>
#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Between min and max digits, then the character stop; moves *cursor behind it. */
static bool hex_field(const char **cursor, int min, int max, char stop, uint32_t *ret)
{
	const char *at = *cursor;
	uint32_t value = 0;
	int digits = 0;

	for (; digits < max && hex_digit(*at) >= 0; digits++)
		value = value << 4 | (uint32_t)hex_digit(*at++);
	if (digits < min || *at != stop)
		return false;
	*cursor = at + (stop != '\0');
	*ret = value;
	return true;
}

bool pci_address_parse(const char *text, struct pci_address *ret)
{
	uint32_t domain = 0, bus, device, function;
	const char *first = strchr(text, ':');

	if (first && strchr(first + 1, ':') && !hex_field(&text, 4, 8, ':', &domain))
		return false;
	if (!hex_field(&text, 2, 2, ':', &bus) || !hex_field(&text, 2, 2, '.', &device) ||
	    !hex_field(&text, 1, 1, '\0', &function) || device > 31 || function > 7)
		return false;
	*ret = (struct pci_address){
		.domain = domain,
		.bus = (uint8_t)bus,
		.device = (uint8_t)device,
		.function = (uint8_t)function,
	};
	return true;
}

/* So many digits, and a character behind them; returns what is behind that. */
static char *put_hex(char *at, uint32_t value, int digits, char stop)
{
	while (digits-- > 0)
		*at++ = "0123456789abcdef"[value >> (4 * digits) & 15];
	*at = stop;
	return at + 1;
}

/* By hand: of 65,536 functions snprintf would take a tenth of the time that reading them does. */
void pci_address_format(const struct pci_address *address, char text[PCI_ADDRESS_SIZE])
{
	int digits = 4;

	while (digits < 8 && address->domain >> (4 * digits))
		digits++;
	text = put_hex(text, address->domain, digits, ':');
	text = put_hex(text, address->bus, 2, ':');
	text = put_hex(text, address->device & 31U, 2, '.');
	put_hex(text, address->function & 7U, 1, '\0');
}

int pci_address_compare(const struct pci_address *left, const struct pci_address *right)
{
	if (left->domain != right->domain)
		return left->domain < right->domain ? -1 : 1;
	if (left->bus != right->bus)
		return left->bus - right->bus;
	if (left->device != right->device)
		return left->device - right->device;
	return left->function - right->function;
}

bool pci_address_same_slot(const struct pci_address *left, const struct pci_address *right)
{
	return left->domain == right->domain && left->bus == right->bus &&
	       left->device == right->device;
}
