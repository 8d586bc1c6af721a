/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ids= parameter of vfio-pci. */
#include "host/modules/vfio_ids.h"

#include "base/alloc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void vfio_ids_split(const char *value, struct strings *ret)
{
	_cleanup_free_ char *copy = xstrdup(value);
	char *cursor = copy, *id;

	while ((id = strsep(&cursor, ",")))
		if (*id)
			strings_add(ret, id);
}

const struct modprobe_line *vfio_ids_of_module(const struct modprobe *modprobe, struct strings *ret)
{
	_cleanup_free_ char *value = NULL;
	const struct modprobe_line *line = modprobe_parameter(modprobe, "vfio_pci", "ids", &value);

	if (line)
		vfio_ids_split(value, ret);
	return line;
}

bool vfio_id_parse(const char *text, struct vfio_id *ret)
{
	uint32_t numbers[] = { 0, 0, VFIO_ID_ANY, VFIO_ID_ANY, 0, 0 };
	size_t count = 0;

	/* sscanf's %x as in the kernel: blanks before a number are passed over. */
	while (count < ARRAY_SIZE(numbers)) {
		char *end;

		while (isspace((unsigned char)*text))
			text++;
		if (!isxdigit((unsigned char)*text))
			break;
		numbers[count++] = (uint32_t)strtoul(text, &end, 16);
		if (*end != ':')
			break;
		text = end + 1;
	}
	if (count < 2)
		return false;
	*ret = (struct vfio_id){
		.vendor = numbers[0],
		.device = numbers[1],
		.subvendor = numbers[2],
		.subdevice = numbers[3],
		.class = numbers[4],
		.class_mask = numbers[5],
	};
	return true;
}

static bool is_same(uint32_t wanted, uint32_t number)
{
	return wanted == VFIO_ID_ANY || wanted == number;
}

bool vfio_id_fits(const struct vfio_id *id, const struct pci_identity *identity)
{
	return is_same(id->vendor, identity->vendor) && is_same(id->device, identity->device) &&
	       is_same(id->subvendor, identity->subvendor) &&
	       is_same(id->subdevice, identity->subdevice) &&
	       !((id->class ^ identity->class) & id->class_mask);
}
