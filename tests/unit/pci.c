/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI addresses, configuration space and resources. */
#include "base/alloc.h"
#include "host/pci/pci_config.h"
#include "tests/unit/suites.h"

#include <errno.h>
#include <string.h>

START_TEST(addresses_round_trip)
{
	static const struct {
		const char *text, *full;
	} good[] = {
		{ "0000:01:00.0", "0000:01:00.0" },         { "01:00.0", "0000:01:00.0" },
		{ "10000:e1:1f.7", "10000:e1:1f.7" },       { "0000:AB:0c.3", "0000:ab:0c.3" },
		{ "ffffffff:ff:1f.7", "ffffffff:ff:1f.7" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct pci_address address;
		char text[PCI_ADDRESS_SIZE];

		ck_assert_msg(pci_address_parse(good[i].text, &address), "%s", good[i].text);
		pci_address_format(&address, text);
		ck_assert_str_eq(text, good[i].full);
	}
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
	static const char *const bad[] = {
		"",          "1:00.0",        "01:00",    "01:00.8",           "01:20.0",
		"01:0.0",    "0000:01:00.0 ", " 01:00.0", "000:01:00.0",       "0000:01:00.0.0",
		"10de:2504", "zz:00.0",       "01:00.-1", "123456789:01:00.0",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct pci_address address = { .domain = 77 };

		ck_assert_msg(!pci_address_parse(bad[i], &address), "%s", bad[i]);
		ck_assert_uint_eq(address.domain, 77);
	}
}
END_TEST

START_TEST(addresses_are_ordered_by_number)
{
	struct pci_address low, high;

	pci_address_parse("ffff:00:00.0", &low);
	pci_address_parse("10000:00:00.0", &high);
	ck_assert_int_lt(pci_address_compare(&low, &high), 0);
	ck_assert_int_gt(pci_address_compare(&high, &low), 0);
	ck_assert_int_eq(pci_address_compare(&low, &low), 0);
}
END_TEST

START_TEST(config_tells_header_port_and_death)
{
	char config[256] = { 0 };
	struct pci_config found;

	config[0x06] = 0x10;       /* status: has a capability list */
	config[0x0e] = (char)0x81; /* multi-function bridge */
	config[0x34] = 0x40;
	config[0x40] = 0x01; /* power management, then */
	config[0x41] = 0x50;
	config[0x50] = 0x10; /* PCI Express, */
	config[0x52] = 0x62; /* downstream port */
	ck_assert_int_eq(pci_config_parse(config, 256, &found), 0);
	ck_assert(!found.all_ones);
	ck_assert_int_eq(found.header, 1);
	ck_assert_int_eq(found.port, PCI_PORT_DOWNSTREAM);
	ck_assert(found.whole);
	/* An ordinary user sees 64 bytes: the port is not known. */
	ck_assert_int_eq(pci_config_parse(config, 64, &found), 0);
	ck_assert_int_eq(found.port, -1);
	ck_assert(!found.whole);
	ck_assert_int_eq(pci_config_parse(config, 63, &found), -EINVAL);
	memset(config, 0xff, sizeof(config));
	ck_assert_int_eq(pci_config_parse(config, 256, &found), 0);
	ck_assert(found.all_ones);
}
END_TEST

START_TEST(capability_loop_ends)
{
	char config[256] = { 0 };
	struct pci_config found;

	config[0x06] = 0x10;
	config[0x34] = 0x40;
	config[0x41] = 0x40;
	ck_assert_int_eq(pci_config_parse(config, 256, &found), 0);
	ck_assert_int_eq(found.port, -1);
}
END_TEST

#define LINE(start, end, flags) "0x" start " 0x" end " 0x" flags "\n"
#define NONE                    LINE("0", "0", "0")

START_TEST(resource_lines_become_bars)
{
	static const char text[] = LINE("90000000", "90ffffff", "40200")
		LINE("0", "fffffff", "2014220c") NONE NONE NONE LINE("0", "7f", "40101")
			LINE("c0000", "dffff", "46200");
	struct pci_bar bars[6];
	size_t count;

	ck_assert_int_eq(pci_resource_parse(text, strlen(text), bars, &count), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_uint_eq(bars[1].index, 1);
	ck_assert_uint_eq(bars[1].start, 0);
	ck_assert(bars[1].flags & PCI_RESOURCE_UNSET);
	ck_assert_uint_eq(bars[2].index, 5);
	ck_assert(bars[2].flags & PCI_RESOURCE_IO);
}
END_TEST

START_TEST(resource_that_is_something_else_is_refused)
{
	static const char *const bad[] = { "",
					   "\n",
					   NONE NONE NONE NONE NONE,
					   "0x0 0x0\n",
					   "90000000 90ffffff 40200\n",
					   "0x-1 0x0 0x0\n" };
	struct pci_bar bars[6];
	size_t count;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(pci_resource_parse(bad[i], strlen(bad[i]), bars, &count), -EINVAL);
}
END_TEST

static enum pci_acs acs_of(const unsigned char *config, size_t length)
{
	struct pci_config found;

	ck_assert_int_eq(pci_config_parse((const char *)config, length, &found), 0);
	return found.acs;
}

START_TEST(access_control_is_as_the_kernel_asks_for_it)
{
	unsigned char config[4096] = { 0 };

	ck_assert_int_eq(acs_of(config, 256), PCI_ACS_UNSEEN);
	ck_assert_int_eq(acs_of(config, 4096), PCI_ACS_ABSENT);
	config[0x100] = 0x01; /* error reporting, */
	config[0x102] = 0x01;
	config[0x103] = 0x15; /* next at 0x150: */
	config[0x150] = 0x0d; /* ACS, the last */
	config[0x152] = 0x01;
	config[0x154] = 0x1f; /* it can do all five */
	config[0x156] = 0x1c;
	ck_assert_int_eq(acs_of(config, 4096), PCI_ACS_OFF);
	config[0x156] = 0x1d; /* translation blocking is not asked for */
	ck_assert_int_eq(acs_of(config, 4096), PCI_ACS_ON);
	config[0x154] = 0x01; /* what it cannot do it need not be told to */
	config[0x156] = 0x01;
	ck_assert_int_eq(acs_of(config, 4096), PCI_ACS_ON);
	/* A loop, a capability past the end, and a function that does not answer. */
	config[0x150] = 0x02;
	config[0x152] = 0x01;
	config[0x153] = 0x10;
	ck_assert_int_eq(acs_of(config, 4096), PCI_ACS_ABSENT);
	config[0x153] = 0xff;
	ck_assert_int_eq(acs_of(config, 4096), PCI_ACS_ABSENT);
	memset(config, 0xff, sizeof(config));
	ck_assert_int_eq(acs_of(config, 4096), PCI_ACS_UNSEEN);
}
END_TEST

Suite *pci_suite(void)
{
	const TTest *const tests[] = {
		addresses_round_trip,
		what_is_no_address_is_refused,
		addresses_are_ordered_by_number,
		config_tells_header_port_and_death,
		access_control_is_as_the_kernel_asks_for_it,
		capability_loop_ends,
		resource_lines_become_bars,
		resource_that_is_something_else_is_refused,
		NULL,
	};

	return suite_of("pci", tests);
}
