/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a definition puts devices in the guest, and whether the guest finds them there. */
#include "base/alloc.h"
#include "host/programs/libvirt/domain_xml.h"
#include "probes/guest_place.h"
#include "tests/unit/suites.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#define Q35                       "pc-q35-7.2"
#define I440                      "pc-i440fx-7.2"
#define SOURCE(function)          "<source><address bus='1' slot='0' function='" function "'/></source>"
#define HOSTDEV(function, inside) "<hostdev type='pci'>" SOURCE(function) inside "</hostdev>"
#define AT(bus, slot, function) \
	"<address type='pci' bus='" bus "' slot='" slot "' function='" function "'/>"
#define GPU(bus, slot, function) HOSTDEV("0", AT(bus, slot, function))
#define BUS(index, model)        "<controller type='pci' index='" index "' model='" model "'/>"

/* The definition that gpucheck-libvirt makes of it; the caller frees it. */
static json_t *read_domain(const char *os, const char *devices)
{
	_cleanup_free_ char *xml = xasprintf("<domain>%s<devices>%s</devices></domain>", os,
					     devices);
	json_t *definition;

	ck_assert_int_eq(domain_xml_read(xml, strlen(xml), &definition, NULL), 0);
	return definition;
}

static void read_layout(const char *os, const char *devices, struct pci_layout *ret)
{
	json_t *definition = read_domain(os, devices);

	*ret = (struct pci_layout){ 0 };
	ck_assert(pci_layout_read(json_object_get(definition, "layout"), ret));
	json_decref(definition);
}

/* How the first hostdev is placed. */
static enum guest_place judge(const char *machine, const char *devices, bool is_endpoint,
			      char **ret_why)
{
	_cleanup_free_ char *os = xasprintf("<os><type arch='x86_64' machine='%s'>hvm</type></os>",
					    machine);
	json_t *definition = read_domain(os, devices);
	const json_t *first = json_array_get(json_object_get(definition, "hostdevs"), 0);
	const char *source = json_string_value(json_object_get(first, "source"));
	const char *guest = json_string_value(json_object_get(first, "guest"));
	struct vm_hostdev hostdev = {
		.unassigned = json_is_true(json_object_get(first, "unassigned")),
	};
	struct pci_layout layout = { 0 };
	enum guest_place place;

	ck_assert(source && pci_address_parse(source, &hostdev.source));
	hostdev.has_guest = guest && pci_address_parse(guest, &hostdev.guest);
	ck_assert(pci_layout_read(json_object_get(definition, "layout"), &layout));
	place = guest_place_judge(&layout, &hostdev, is_endpoint, ret_why);
	pci_layout_free(&layout);
	json_decref(definition);
	return place;
}

struct place_case {
	const char *machine, *devices;
	enum guest_place place;
	const char *word; /* of the reason */
};

/* Each was tried with libvirt 9.0 and QEMU 7.2; tests/vm/test_guest_addresses.py tries them again.
 */
static const struct place_case cases[] = {
	/* Nothing to judge. */
	{ Q35, HOSTDEV("0", ""), PLACE_GOOD, NULL },
	{ Q35, HOSTDEV("0", "<address type='pci'/>"), PLACE_GOOD, NULL },
	{ Q35, GPU("0", "0", "5"), PLACE_GOOD, NULL },
	/* A root port, defined or added by libvirt. */
	{ Q35, GPU("5", "0", "0"), PLACE_GOOD, NULL },
	{ Q35, BUS("5", "pcie-root-port") GPU("0x05", "0x00", "0x0"), PLACE_GOOD, NULL },
	{ Q35, BUS("5", "pcie-switch-downstream-port") GPU("5", "0", "0"), PLACE_GOOD, NULL },
	{ Q35, GPU("5", "3", "0"), PLACE_BAD, "only slot 0" },
	{ Q35, BUS("5", "pcie-expander-bus") GPU("5", "0", "0"), PLACE_BAD, "takes no such" },
	{ Q35, BUS("5", "pcie-switch-upstream-port") GPU("5", "0", "0"), PLACE_BAD, "takes no" },
	{ Q35, HOSTDEV("0", "<address type='unassigned'/>"), PLACE_BAD, "unassigned" },
	{ Q35, HOSTDEV("0", "<address type='pci' domain='1' bus='5' slot='0'/>"), PLACE_BAD,
	  "PCI domain 0" },
	/* No port of its own. */
	{ Q35, GPU("0", "5", "0"), PLACE_ODD, "pcie-root itself" },
	{ Q35, GPU("0", "0x1f", "5"), PLACE_ODD, "pcie-root itself" },
	{ Q35, BUS("5", "pcie-to-pci-bridge") GPU("5", "1", "0"), PLACE_ODD, "conventional" },
	{ Q35, BUS("5", "pcie-to-pci-bridge") GPU("5", "0", "0"), PLACE_BAD, "first slot is 1" },
	{ Q35, BUS("5", "dmi-to-pci-bridge") GPU("5", "0", "0"), PLACE_ODD, "conventional" },
	/* What is there already. */
	{ Q35, GPU("0", "0x1f", "0"), PLACE_BAD, "so shall the chipset of " Q35 },
	{ Q35, GPU("0", "0x1f", "2"), PLACE_BAD, "chipset" },
	{ Q35, GPU("0", "0x1f", "3"), PLACE_BAD, "chipset" },
	{ Q35, GPU("5", "0", "0") "<interface type='network'>" AT("5", "0", "0") "</interface>",
	  PLACE_BAD, "so shall <interface type='network'>" },
	{ Q35, GPU("5", "0", "0") HOSTDEV("1", AT("5", "0", "0")), PLACE_BAD,
	  "so shall the hostdev of 0000:01:00.1" },
	{ Q35, GPU("5", "0", "0") "<rng>" AT("0x5", "00", "0") "</rng>", PLACE_BAD, "<rng>" },
	{ Q35,
	  GPU("1", "0", "0") "<controller type='usb' index='0' model='qemu-xhci'>" AT(
		  "1", "0", "0") "</controller>",
	  PLACE_BAD, "<controller type='usb' index='0' model='qemu-xhci'>" },
	/* Addresses of another kind are none. */
	{ Q35,
	  GPU("5", "0",
	      "0") "<disk><address type='drive' controller='0' bus='5' slot='0'/></disk>"
		   "<x:rng xmlns:x='urn:x'><address type='pci' bus='5' slot='0'/></x:rng>",
	  PLACE_GOOD, NULL },
	/* Functions of one slot. */
	{ Q35, GPU("5", "0", "1"), PLACE_BAD, "nothing is at function 0" },
	{ Q35, GPU("5", "0", "1") HOSTDEV("1", AT("5", "0", "0")), PLACE_GOOD, NULL },
	{ Q35, GPU("5", "0", "1") "<rng><address type='pci' bus='5' multifunction='off'/></rng>",
	  PLACE_BAD, "<rng> at function 0 of that slot has multifunction='off'" },
	{ Q35,
	  HOSTDEV("0", "<address type='pci' bus='5' multifunction='off'/>")
		  HOSTDEV("1", AT("5", "0", "1")),
	  PLACE_BAD, "is in that slot too" },
	{ Q35, HOSTDEV("0", "<address type='pci' bus='5' multifunction='off'/>"), PLACE_GOOD,
	  NULL },
	/* Conventional PCI only. */
	{ I440, GPU("0", "5", "0"), PLACE_GOOD, NULL },
	{ "pc", GPU("0", "1", "0"), PLACE_BAD, "chipset of pc" },
	{ I440, GPU("0", "1", "4"), PLACE_GOOD, NULL },
	{ I440, GPU("0", "1", "3"), PLACE_BAD, "chipset" },
	{ I440, GPU("0", "5", "1"), PLACE_BAD, "nothing is at function 0" },
	{ I440, GPU("3", "5", "0"), PLACE_GOOD, NULL },
	{ I440, GPU("3", "0", "0"), PLACE_BAD, "first slot is 1" },
	/* Machines that are not known are judged by what the definition says. */
	{ "virt-7.2", GPU("5", "3", "0"), PLACE_GOOD, NULL },
	{ "virt-7.2", GPU("5", "0", "1"), PLACE_GOOD, NULL },
	{ "virt-7.2", BUS("5", "pcie-root-port") GPU("5", "3", "0"), PLACE_BAD, "only slot 0" },
	{ "virt-7.2", BUS("0", "pcie-root") GPU("0", "3", "0"), PLACE_ODD, "pcie-root" },
};

START_TEST(places_are_judged)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct place_case *one = &cases[i];
		_cleanup_free_ char *why = NULL;
		enum guest_place place = judge(one->machine, one->devices, true, &why);

		ck_assert_msg(place == one->place, "case %zu: %d, %s", i, place, why ? why : "");
		if (one->word)
			ck_assert_msg(why && strstr(why, one->word), "case %zu: %s", i, why);
		else
			ck_assert_msg(!why, "case %zu: %s", i, why);
	}
	xmlCleanupParser();
}
END_TEST

/* What is part of the host's chipset may be part of the guest's: an integrated GPU. */
START_TEST(what_has_no_port_needs_none)
{
	_cleanup_free_ char *why = NULL;

	ck_assert_int_eq(judge(Q35, GPU("0", "2", "0"), false, &why), PLACE_GOOD);
	ck_assert_int_eq(judge(Q35, GPU("0", "0x1f", "0"), false, &why), PLACE_BAD);
	xmlCleanupParser();
}
END_TEST

#define MACHINE(name) "<type machine='" name "'>hvm</type>"
#define QEMU_ARGUMENT(value)                                                                   \
	"<os>" MACHINE(Q35) "</os><commandline xmlns='http://libvirt.org/schemas/domain/qemu/" \
			    "1.0'><arg value='" value "'/></commandline>"

START_TEST(firmware_is_read)
{
	static const struct {
		const char *os;
		enum vm_firmware firmware;
	} forms[] = {
		{ "<os>" MACHINE(Q35) "</os>", FIRMWARE_BIOS },
		{ "<os>" MACHINE("pc") "</os>", FIRMWARE_BIOS },
		{ "<os>" MACHINE(Q35) "<loader secure='no'/></os>", FIRMWARE_BIOS },
		{ "<os firmware='efi'>" MACHINE(Q35) "</os>", FIRMWARE_UEFI },
		{ "<os firmware='bios'>" MACHINE(Q35) "</os>", FIRMWARE_BIOS },
		{ "<os>" MACHINE(Q35) "<loader readonly='yes' type='pflash'>/x.fd</loader></os>",
		  FIRMWARE_UEFI },
		{ "<os>" MACHINE(Q35) "<loader type='rom'>/usr/share/ovmf/OVMF.fd</loader></os>",
		  FIRMWARE_UEFI },
		{ "<os>" MACHINE(Q35) "<loader>/usr/share/seabios/bios-256k.bin</loader></os>",
		  FIRMWARE_BIOS },
		{ "<os>" MACHINE(Q35) "<loader>/srv/own.bin</loader></os>", FIRMWARE_UNKNOWN },
		{ "<os>" MACHINE("virt-7.2") "</os>", FIRMWARE_UNKNOWN },
		{ "<os><type>hvm</type></os>", FIRMWARE_UNKNOWN },
		{ "", FIRMWARE_UNKNOWN },
		{ QEMU_ARGUMENT("-bios"), FIRMWARE_UNKNOWN },
		{ QEMU_ARGUMENT("if=pflash,file=/x"), FIRMWARE_UNKNOWN },
		{ QEMU_ARGUMENT("-nodefaults"), FIRMWARE_BIOS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct pci_layout layout;

		read_layout(forms[i].os, "", &layout);
		ck_assert_msg(layout.firmware == forms[i].firmware, "case %zu: %d", i,
			      layout.firmware);
		pci_layout_free(&layout);
	}
	xmlCleanupParser();
}
END_TEST

START_TEST(buses_are_read)
{
	static const char devices[] = BUS("0", "pcie-root") BUS("0x10", "pcie-root-port")
		BUS("256", "pcie-root-port")
			BUS("x", "pcie-root-port") "<controller type='pci' index='2'/>"
						   "<controller type='pci' model='pci-bridge'/>"
						   "<controller type='usb' index='3' model='x'/>";
	struct pci_layout layout;

	read_layout("<os>" MACHINE("pc-q35-rhel9.2.0") "</os>", devices, &layout);
	ck_assert_int_eq(layout.chipset, CHIPSET_Q35);
	ck_assert_str_eq(layout.machine, "pc-q35-rhel9.2.0");
	ck_assert_uint_eq(layout.bus_count, 3);
	ck_assert_uint_eq(layout.device_count, 0);
	ck_assert_str_eq(pci_layout_model(&layout, 16), "pcie-root-port");
	ck_assert_str_eq(pci_layout_model(&layout, 2), "pcie-root-port");
	ck_assert_str_eq(pci_layout_model(&layout, 3), "pcie-root-port");
	pci_layout_free(&layout);
	read_layout("<os>" MACHINE("isapc") "</os>", "", &layout);
	ck_assert_int_eq(layout.chipset, CHIPSET_UNKNOWN);
	ck_assert_ptr_null(pci_layout_model(&layout, 0));
	pci_layout_free(&layout);
	xmlCleanupParser();
}
END_TEST

/* An answer that is not as it should be is refused, whole or in part. */
START_TEST(other_answers_are_refused)
{
	static const char *const bad[] = {
		"null",
		"[]",
		"{}",
		"{'buses': [], 'devices': null}",
		"{'buses': [{'index': -1}], 'devices': []}",
		"{'buses': [{'index': 256}], 'devices': []}",
		"{'buses': [{'index': '1'}], 'devices': []}",
		"{'buses': [], 'devices': [{'what': 'x'}]}",
		"{'buses': [], 'devices': [{'address': '05:00.9'}]}",
		"{'buses': [], 'devices': [{'address': '05:00.0', 'source': 'x'}]}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_free_ char *text = xstrdup(bad[i]);
		struct pci_layout layout = { 0 };
		json_t *object;

		for (char *c = text; *c; c++)
			*c = *c == '\'' ? '"' : *c;
		object = json_loads(text, JSON_DECODE_ANY, NULL);
		ck_assert_msg(object && !pci_layout_read(object, &layout), "case %zu", i);
		pci_layout_free(&layout);
		json_decref(object);
	}
}
END_TEST

Suite *places_suite(void)
{
	const TTest *const tests[] = {
		places_are_judged, what_has_no_port_needs_none, firmware_is_read,
		buses_are_read,    other_answers_are_refused,   NULL,
	};

	return suite_of("places", tests);
}
