/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Xorg's BusID and the Device sections it stands in. */
#include "host/display/xorg.h"
#include "base/alloc.h"
#include "tests/unit/suites.h"

#include <stdlib.h>

START_TEST(bus_id_is_decimal)
{
	static const struct {
		const char *text, *address;
	} good[] = {
		{ "PCI:0:2:0", "0000:00:02.0" },   { "PCI:101:0:0", "0000:65:00.0" },
		{ "pci:1@2:0:1", "0002:01:00.1" }, { "PCI:1:0", "0000:01:00.0" },
		{ "PCI:257:0:0", "0001:01:00.0" }, { "AGP:1:0:0", "0000:01:00.0" },
	};
	static const char *const bad[] = { "",           "0:2:0",
					   "PCI:",       "PCI:a:0:0",
					   "PCI:1:0:8",  "PCI:1:32",
					   "PCI:1:0:0 ", "PCI:1:0:0:0",
					   "PCI:-1:0:0", "PCI:0000:01:00.0",
					   "PCI:1@:0:0", "PCI:256@4294967295:0:0" };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct pci_address address;
		char text[PCI_ADDRESS_SIZE];

		ck_assert_msg(xorg_bus_id_parse(good[i].text, &address), "%s", good[i].text);
		pci_address_format(&address, text);
		ck_assert_str_eq(text, good[i].address);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct pci_address address;

		ck_assert_msg(!xorg_bus_id_parse(bad[i], &address), "%s", bad[i]);
	}
}
END_TEST

START_TEST(only_device_sections_count)
{
	struct xorg *xorg = xcalloc(1, sizeof(*xorg));

	xorg_parse("# BusID \"PCI:9:0:0\"\n"
		   "Section \"Screen\"\n BusID \"PCI:8:0:0\"\nEndSection\n"
		   "section \"device\"\n  Bus_ID \"PCI:0:2:0\" # the screen\nEndSection\n"
		   "BusID \"PCI:7:0:0\"\n"
		   "Section \"Device\"\n\tDriver \"nvidia\"\n\tBusID \"PCI:65:0:0\n",
		   "file", xorg);
	ck_assert_uint_eq(xorg->count, 2);
	ck_assert_str_eq(xorg->ids[0].text, "PCI:0:2:0");
	ck_assert_str_eq(xorg->ids[1].text, "PCI:65:0:0");
	xorg_free(xorg);
}
END_TEST

Suite *xorg_suite(void)
{
	const TTest *const tests[] = { bus_id_is_decimal, only_device_sections_count, NULL };

	return suite_of("xorg", tests);
}
