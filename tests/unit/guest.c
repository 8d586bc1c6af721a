/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a guest is, and what a domain's XML says. */
#include "base/alloc.h"
#include "host/programs/libvirt/domain_xml.h"
#include "host/vm/guest_destination.h"
#include "tests/unit/suites.h"

#include <errno.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

START_TEST(destinations)
{
	static const struct {
		const char *text, *user, *host;
		int port;
	} good[] = {
		{ "guest", NULL, "guest", 0 },
		{ "root@192.168.122.45:2222", "root", "192.168.122.45", 2222 },
		{ "a.b-c@host.example", "a.b-c", "host.example", 0 },
		{ "fd00::1", NULL, "fd00::1", 0 },
		{ "root@[fd00::1]:22", "root", "fd00::1", 22 },
	};
	static const char *const bad[] = {
		"",         "@",          "root@",      "host:",
		"host:0",   "host:65536", "host:ssh",   "-oProxyCommand=x",
		"a b",      "[fd00::1",   "[fd00::1]x", "root@-x",
		"x;reboot", "host:22 ",   "host:-1"
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct guest_destination found;

		ck_assert_msg(guest_destination_parse(good[i].text, &found, NULL) == 0, "%s",
			      good[i].text);
		ck_assert_pstr_eq(found.user, good[i].user);
		ck_assert_str_eq(found.host, good[i].host);
		ck_assert_int_eq(found.port, good[i].port);
		guest_destination_free(&found);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct guest_destination found;

		ck_assert_msg(guest_destination_parse(bad[i], &found, NULL) == -EINVAL, "%s",
			      bad[i]);
	}
}
END_TEST

#define HOSTDEV(attributes, source, rest) \
	"<hostdev " attributes "><source><address " source "/></source>" rest "</hostdev>"

START_TEST(hostdevs_in_every_form)
{
	static const char xml[] =
		"<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>x</name>"
		"<devices>" HOSTDEV("mode='subsystem' type='pci' managed='yes'",
				    "domain='0x0000' bus='0x0A' slot='0x1f' function='0x7'", "")
			HOSTDEV("type='pci'", "bus='10' slot='31' function='06'",
				"<address type='unassigned'/>") "<hostdev type='pci'><address type='pci' bus='0x05' slot='0x00' function='0x0'/>"
								"<source><address function='0' slot='0' bus='1' domain='65536'/></source></hostdev>"
								"<interface type='hostdev'><source><address type='pci' bus='2' slot='0'/></source></interface>" HOSTDEV(
									"type='usb'",
									"bus='1' device='2'",
									"") HOSTDEV("type='mdev'",
										    "uuid='x'", "")
									HOSTDEV("mode='capabilities' type='pci'",
										"bus='3' slot='0'",
										"")
										HOSTDEV("type='pci'",
											"bus='0x100' slot='0'",
											"") "</devices><qemu:commandline><qemu:arg value='-device'/>"
											    "<qemu:arg value='vfio-pci,host=01:00.0,x-vga=on'/></qemu:commandline></domain>";
	static const char *const sources[] = { "0000:0a:1f.7", "0000:0a:1f.6", "10000:01:00.0",
					       "0000:02:00.0" };
	json_t *definition, *hostdevs;

	ck_assert_int_eq(domain_xml_read(xml, strlen(xml), &definition, NULL), 0);
	hostdevs = json_object_get(definition, "hostdevs");
	ck_assert_uint_eq(json_array_size(hostdevs), ARRAY_SIZE(sources));
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		ck_assert_str_eq(
			json_string_value(json_object_get(json_array_get(hostdevs, i), "source")),
			sources[i]);
	ck_assert(json_is_true(json_object_get(json_array_get(hostdevs, 1), "unassigned")));
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(hostdevs, 2), "guest")),
			 "0000:05:00.0");
	ck_assert_str_eq(
		json_string_value(json_array_get(json_object_get(definition, "commandline"), 0)),
		"0000:01:00.0");
	json_decref(definition);
	xmlCleanupParser();
}
END_TEST

/* Whether its one hostdev shows its own ROM, and whether it has a display. */
static void check_rom(const char *xml, bool option_rom, bool display)
{
	json_t *definition;
	const json_t *hostdevs;

	ck_assert_int_eq(domain_xml_read(xml, strlen(xml), &definition, NULL), 0);
	hostdevs = json_object_get(definition, "hostdevs");
	ck_assert_msg(json_is_true(json_object_get(json_array_get(hostdevs, 0), "option_rom")) ==
			      option_rom,
		      "%s", xml);
	ck_assert_msg(json_is_true(json_object_get(definition, "display")) == display, "%s", xml);
	json_decref(definition);
}

#define CARD(rest)      HOSTDEV("type='pci'", "bus='1' slot='0'", rest)
#define DEVICES(inside) "<domain><devices>" inside "</devices></domain>"

START_TEST(roms_and_displays)
{
	check_rom(DEVICES(CARD("")), true, false);
	check_rom(DEVICES(CARD("<rom bar='on'/>")), true, false);
	check_rom(DEVICES(CARD("<rom bar='off'/>")), false, false);
	check_rom(DEVICES(CARD("<rom enabled='no'/>")), false, false);
	check_rom(DEVICES(CARD("<rom bar='on' file='/rom'/>")), true, false);
	check_rom(DEVICES(CARD("<rom bar='off' file='/rom'/>")), false, false);
	check_rom(DEVICES("<video><model type='none'/></video>" CARD("")), true, false);
	check_rom(DEVICES(CARD("") "<video><model type='virtio'/></video>"), true, true);
	check_rom(DEVICES("<video/>" CARD("")), true, false);
	xmlCleanupParser();
}
END_TEST

START_TEST(what_is_no_domain_is_refused)
{
	static const char *const bad[] = { "", "<domain", "<network/>", "<domstatus/>", "text" };
	json_t *definition;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(domain_xml_read(bad[i], strlen(bad[i]), &definition, NULL),
				 -EINVAL);
	xmlCleanupParser();
}
END_TEST

Suite *guest_suite(void)
{
	const TTest *const tests[] = {
		destinations,
		hostdevs_in_every_form,
		roms_and_displays,
		what_is_no_domain_is_refused,
		NULL,
	};

	return suite_of("guest", tests);
}
