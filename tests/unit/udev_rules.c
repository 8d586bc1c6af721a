/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read of udev's rules, of a function's modalias and of depmod's indexes. */
#include "host/modules/udev_rules.h"
#include "base/alloc.h"
#include "host/modules/module_index.h"
#include "tests/unit/suites.h"
#include "tests/unit/tree.h"

#include <errno.h>

#define GPU "pci:v000010DEd00002504sv00001043sd000087A4bc03sc00i00"
#define RULE                                                              \
	"ACTION==\"add\", SUBSYSTEM==\"pci\", KERNEL==\"0000:01:00.0\", " \
	"ATTR{driver_override}=\"vfio-pci\", RUN{builtin}+=\"kmod load vfio-pci\"\n"
#define PROBING                                                          \
	"KERNEL==\"0000:01:00.0\", ATTR{driver_override}=\"vfio-pci\", " \
	"RUN+=\"/bin/sh -c 'echo %k >/sys/bus/pci/drivers_probe'\"\n"

START_TEST(identities)
{
	static const char *const bad[] = { "", "pci:", "usb:v1D6Bp0002", GPU "x",
					   "pci:v000010DEd00002504sv00001043sd000087A4bc03sc00i" };
	struct pci_identity identity;

	ck_assert_int_eq(pci_identity_parse(GPU, "0000:01:00.0", &identity), 0);
	ck_assert_uint_eq(identity.vendor, 0x10de);
	ck_assert_uint_eq(identity.subdevice, 0x87a4);
	ck_assert_uint_eq(identity.class, 0x030000);
	ck_assert_str_eq(identity.name, "0000:01:00.0");
	pci_identity_free(&identity);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(pci_identity_parse(bad[i], "", &identity), -EINVAL);
}
END_TEST

/* What of a rule is read; NULL where it fits no such function, or chooses no driver. */
START_TEST(rules_of_udev)
{
	static const struct {
		const char *text, *driver;
		bool unsure, loads, probes;
	} cases[] = {
		{ "", NULL, false, false, false },
		{ "# " RULE, NULL, false, false, false },
		{ RULE, "vfio-pci", false, true, false },
		{ PROBING, "vfio-pci", false, false, true },
		{ "KERNEL==\"0000:01:00.0\",ATTR{driver_override}:=\"vfio-pci\"", "vfio-pci", false,
		  false, false },
		{ "KERNEL == \"0000:01:00.[01]\" , \\\n ATTR{driver_override} = \"vfio-pci\"",
		  "vfio-pci", false, false, false },
		{ "ATTR{vendor}==\"0x10de\", ATTR{device}==\"0x2504\", "
		  "ATTR{driver_override}=\"vfio-pci\"",
		  "vfio-pci", false, false, false },
		{ "ATTR{vendor}==\"0x1002|0x10de\", ATTR{class}==\"0x0300*\", "
		  "ATTR{driver_override}=\"vfio-pci\"",
		  "vfio-pci", false, false, false },
		{ "ATTR{vendor}==\"0x1002\", ATTR{driver_override}=\"vfio-pci\"", NULL, false,
		  false, false },
		{ "KERNEL!=\"0000:02:00.0\", ATTR{driver_override}=\"vfio-pci\"", "vfio-pci", true,
		  false, false },
		{ "SUBSYSTEM==\"usb\", ATTR{driver_override}=\"vfio-pci\"", "vfio-pci", true, false,
		  false },
		{ "ENV{x}==\"y\", ATTR{driver_override}=\"vfio-pci\"", "vfio-pci", true, false,
		  false },
		{ "ATTR{driver_override}==\"vfio-pci\", MODE=\"0660\"", NULL, false, false, false },
		{ "ATTR{driver_override}=\"vfio-pci", "vfio-pci", false, false, false },
		{ RULE "KERNEL==\"0000:01:00.0\", ATTR{driver_override}=\"none\"", "none", false,
		  false, false },
		{ "ACTION==\"remove\", " RULE, "vfio-pci", true, true, false },
		{ "{}=\"\"\n=\n,,,\n\"\"\nKERNEL\nKERNEL==\nATTR{\n", NULL, false, false, false },
	};
	struct pci_identity identity;

	ck_assert_int_eq(pci_identity_parse(GPU, "0000:01:00.0", &identity), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct udev_overrides overrides = { 0 };
		const struct udev_override *rule;

		udev_rules_parse(cases[i].text, "a.rules", &overrides);
		rule = udev_override_of(&overrides, &identity);
		ck_assert_msg(!rule == !cases[i].driver, "%s", cases[i].text);
		if (rule) {
			ck_assert_str_eq(rule->driver, cases[i].driver);
			ck_assert_msg(rule->unsure == cases[i].unsure &&
					      rule->loads == cases[i].loads &&
					      rule->probes == cases[i].probes,
				      "%s", cases[i].text);
		}
		udev_overrides_free(&overrides);
	}
	pci_identity_free(&identity);
}
END_TEST

/* With its NUL bytes; xgpu has two aliases that fit. */
static void put_modinfo(const char *tree)
{
	static const char text[] = "xgpu.alias=pci:v000010DEd*sv*sd*bc03sc*i*\0"
				   "xgpu.alias=pci:v000010DEd00002504sv*sd*bc*sc*i*\0"
				   "xgpu.license=GPL\0"
				   "amd.alias=pci:v00001002d*sv*sd*bc03sc*i*\0"
				   "hda.alias=pci:v*d*sv*sd*bc04sc03i00*\0"
				   "odd.alias=pci:v\0"
				   "simpledrm.alias=pci:v*d*sv*sd*bc03sc*i*";
	_cleanup_free_ char *path = xasprintf("%s/lib/modules/6/modules.builtin.modinfo", tree);
	_cleanup_fclose_ FILE *out = fopen(path, "w");

	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(fwrite(text, 1, sizeof(text), out), sizeof(text));
}

START_TEST(indexes_of_modules)
{
	_cleanup_strings_ struct strings needs = { 0 }, builtins = { 0 };
	char *tree = tree_make();
	struct host *host;
	bool builtin;

	tree_put(tree, "lib/modules/6/modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
	tree_put(tree, "lib/modules/6/modules.dep",
		 "kernel/a/nouveau-x.ko:\nkernel/a/nouveau.ko.zst: kernel/b/drm.ko.zst "
		 "kernel/c/i2c-algo-bit.ko.zst\n");
	ck_assert_int_eq(host_open(tree, &host, NULL), 0);
	ck_assert_int_eq(module_is_builtin_in(host, "6", "vfio_pci", &builtin, NULL), 0);
	ck_assert(builtin);
	ck_assert_int_eq(module_is_builtin_in(host, "6", "vfio_pc", &builtin, NULL), 0);
	ck_assert(!builtin);
	ck_assert_int_eq(module_is_builtin_in(host, "5", "vfio_pci", &builtin, NULL), -ENOENT);
	ck_assert_int_eq(module_dependencies(host, "6", "nouvea", &needs, NULL), -ENODEV);
	ck_assert_int_eq(module_dependencies(host, "6", "nouveau", &needs, NULL), 0);
	ck_assert_uint_eq(needs.count, 2);
	ck_assert_str_eq(needs.items[1], "i2c_algo_bit");
	put_modinfo(tree);
	ck_assert_int_eq(builtin_modules_claiming(host, "6", GPU, &builtins, NULL), 0);
	ck_assert_uint_eq(builtins.count, 2);
	ck_assert_str_eq(builtins.items[0], "simpledrm");
	ck_assert_str_eq(builtins.items[1], "xgpu");
	host_close(host);
	tree_remove(tree);
}
END_TEST

Suite *udev_rules_suite(void)
{
	const TTest *const tests[] = { identities, rules_of_udev, indexes_of_modules, NULL };

	return suite_of("udev_rules", tests);
}
