/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of modprobe's configuration, read as kmod reads them. */
#include "host/modules/modprobe.h"
#include "base/alloc.h"
#include "host/modules/vfio_ids.h"
#include "tests/unit/suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const commands[] = { "options", "softdep", "blacklist", "install" };

/* "options vfio_pci ids=…", a line each. */
static char *lines_of(const struct modprobe *modprobe)
{
	char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	for (size_t i = 0; i < modprobe->count; i++) {
		const struct modprobe_line *line = &modprobe->lines[i];

		fprintf(out, "%s %s%s%s\n", commands[line->command], line->module,
			*line->rest ? " " : "", line->rest);
	}
	fclose(out);
	return text;
}

START_TEST(lines_are_read_as_kmod_reads_them)
{
	static const struct {
		const char *text, *lines;
	} cases[] = {
		{ "", "" },
		{ "options vfio-pci ids=10de:2504", "options vfio_pci ids=10de:2504\n" },
		{ "options\tvfio-pci\tids=1\n\n", "options vfio_pci ids=1\n" },
		{ "  options vfio-pci  a  b\n", "options vfio_pci  a  b\n" },
		{ "options vfio-pci ids=1,\\\n2\n", "options vfio_pci ids=1,2\n" },
		{ "options vfio-pci ids=1\\", "options vfio_pci ids=1\n" },
		{ "opt\\ions a\\-b c\\\\d\n", "options a_b c\\d\n" },
		/* a comment ends with its line only when that is not continued */
		{ "# x \\\nblacklist a\nblacklist b\n", "blacklist b\n" },
		{ " # x\nblacklist b # why\n", "blacklist b\n" },
		{ "options a b # c\n", "options a b # c\n" },
		{ "options a\noptions a \ninstall a\nsoftdep a\nblacklist\n", "" },
		{ "install nouveau /bin/false\n", "install nouveau /bin/false\n" },
		{ "Options a b\nalias a b\nremove a b\ninclude x\n", "" },
		{ "blacklist snd-[a-c]-d\nblacklist a]\nblacklist [a\n",
		  "blacklist snd_[a-c]_d\n" },
		{ "blacklist nouveau\r\n", "blacklist nouveau\r\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct modprobe modprobe = { 0 };
		_cleanup_free_ char *lines = NULL;

		modprobe_parse(cases[i].text, "file", &modprobe);
		lines = lines_of(&modprobe);
		ck_assert_str_eq(lines, cases[i].lines);
		modprobe_free(&modprobe);
	}
}
END_TEST

START_TEST(words_of_the_kernel_command_line)
{
	static const struct {
		const char *text, *lines;
	} cases[] = {
		{ "ro vfio-pci.ids=1:2,3:4 quiet\n", "options vfio_pci ids=1:2,3:4\n" },
		{ "vfio_pci.disable_vga", "options vfio_pci disable_vga\n" },
		{ "a.b=\"c d\" \"e.f=g h\"", "options a b=\"c d\"\noptions e f=\"g h\"\n" },
		{ "a=b.c a.b.c=d \"a.b\" a\"b.c=d x\" a.b=\"c d", "" },
		{ "modprobe.blacklist=nouveau,snd-hda-intel",
		  "blacklist nouveau\nblacklist snd-hda-intel\n" },
		/* to kmod nothing ends with the double dash that ends the kernel's part */
		{ "-- a.b=1", "options a b=1\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct modprobe modprobe = { 0 };
		_cleanup_free_ char *lines = NULL;

		modprobe_parse_arguments(cases[i].text, "file", &modprobe);
		lines = lines_of(&modprobe);
		ck_assert_str_eq(lines, cases[i].lines);
		ck_assert(!modprobe.count || modprobe.lines[0].argument);
		modprobe_free(&modprobe);
	}
}
END_TEST

/* kmod turns no - into _ in what modprobe.blacklist= lists, and the module's own name has none. */
START_TEST(a_blacklist_on_the_command_line_needs_underscores)
{
	struct modprobe modprobe = { 0 };

	modprobe_parse_arguments("modprobe.blacklist=snd-hda-intel,i2c_nvidia", "a", &modprobe);
	modprobe_parse("blacklist snd-hda-core", "b", &modprobe);
	ck_assert_ptr_null(modprobe_next(&modprobe, MODPROBE_BLACKLIST, "snd-hda-intel", NULL));
	ck_assert_ptr_nonnull(modprobe_next(&modprobe, MODPROBE_BLACKLIST, "i2c-nvidia", NULL));
	ck_assert_ptr_nonnull(modprobe_next(&modprobe, MODPROBE_BLACKLIST, "snd_hda_core", NULL));
	modprobe_free(&modprobe);
}
END_TEST

START_TEST(only_the_first_softdep_counts)
{
	static const struct {
		const char *text;
		bool before;
	} cases[] = {
		{ "softdep nvidia pre: vfio-pci", true },
		{ "softdep nvidia pre: a vfio_pci post: b", true },
		{ "softdep nvid* pre: vfio-pci", true },
		{ "softdep nvidia post: a pre: vfio-pci\r", true },
		{ "softdep nvidia post: vfio-pci", false },
		{ "softdep nvidia vfio-pci", false },
		{ "softdep nvidia pre:vfio-pci", false },
		{ "softdep nvidia_drm pre: vfio-pci", false },
		/* kmod takes the second of two blanks for a part of "pre:" */
		{ "softdep nvidia  pre: vfio-pci", false },
		{ "softdep nvidia\t\tpre: a pre: vfio-pci", true },
		{ "softdep nvidia   pre: vfio-pci", true },
		{ "softdep nvidia pre: drm\nsoftdep nvidia pre: vfio-pci", false },
		{ "softdep nvidia post: drm\nsoftdep nvidia pre: vfio-pci", false },
		{ "softdep * pre: vfio-pci\nsoftdep nvidia pre: drm", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct modprobe modprobe = { 0 };
		const struct modprobe_line *line;

		modprobe_parse(cases[i].text, "file", &modprobe);
		ck_assert_msg(modprobe_loads_before(&modprobe, "vfio-pci", "nvidia", &line) ==
				      cases[i].before,
			      "%s", cases[i].text);
		ck_assert_ptr_eq(line, modprobe_next(&modprobe, MODPROBE_SOFTDEP, "nvidia", NULL));
		modprobe_free(&modprobe);
	}
}
END_TEST

START_TEST(the_last_ids_win)
{
	static const struct {
		const char *text, *ids;
	} cases[] = {
		{ "options vfio-pci ids=1:2\noptions vfio_pci ids=3:4,5:6", "3:4 5:6" },
		{ "options vfio-pci ids=1:2 ids=3:4\noptions vfio-pci disable_vga=1", "3:4" },
		{ "options vfio-pci ids=1:2\noptions vfio-pci ids=", "" },
		/* blanks cut the list, but within quotes */
		{ "options vfio-pci ids=1:2, 3:4", "1:2" },
		{ "options vfio-pci ids=\"1:2,3:4\"", "1:2 3:4" },
		{ "options vfio-pci \"ids=1:2,3:4\" # x", "1:2 3:4" },
		{ "options vfio-pci ids", NULL },
		{ "options vfio-pci vfio-pci.ids=1:2\noptions vfio ids=1:2", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct modprobe modprobe = { 0 };
		_cleanup_strings_ struct strings ids = { 0 };
		_cleanup_free_ char *joined = NULL;
		const struct modprobe_line *line;

		modprobe_parse(cases[i].text, "file", &modprobe);
		line = vfio_ids_of_module(&modprobe, &ids);
		joined = strings_join(&ids, " ");
		ck_assert_str_eq(line ? joined : "none", cases[i].ids ? cases[i].ids : "none");
		modprobe_free(&modprobe);
	}
}
END_TEST

START_TEST(an_id_is_read_as_the_driver_reads_it)
{
	static const char *const bad[] = {
		"", "10de", "10de:", ":2504", "x:y", "-1:2", "10de 2504"
	};
	struct vfio_id id;

	ck_assert(vfio_id_parse("10DE:2504", &id));
	ck_assert_uint_eq(id.vendor, 0x10de);
	ck_assert_uint_eq(id.device, 0x2504);
	ck_assert_uint_eq(id.subvendor, VFIO_ID_ANY);
	ck_assert_uint_eq(id.class_mask, 0);
	ck_assert(vfio_id_parse(" 0x10de:ffffffff:1:2:030000:ffff00rest", &id));
	ck_assert_uint_eq(id.vendor, 0x10de);
	ck_assert_uint_eq(id.device, VFIO_ID_ANY);
	ck_assert_uint_eq(id.subdevice, 2);
	ck_assert_uint_eq(id.class, 0x030000);
	ck_assert_uint_eq(id.class_mask, 0xffff00);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(!vfio_id_parse(bad[i], &id), "%s", bad[i]);
}
END_TEST

Suite *modprobe_suite(void)
{
	const TTest *const tests[] = {
		lines_are_read_as_kmod_reads_them,
		words_of_the_kernel_command_line,
		a_blacklist_on_the_command_line_needs_underscores,
		only_the_first_softdep_counts,
		the_last_ids_win,
		an_id_is_read_as_the_driver_reads_it,
		NULL,
	};

	return suite_of("modprobe", tests);
}
