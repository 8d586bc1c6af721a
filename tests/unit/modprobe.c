/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modprobe's configuration, read as kmod reads it; the real modprobe is asked where there is one.
 */
#include "host/modprobe.h"
#include "base/alloc.h"
#include "host/kernel_modules.h"
#include "host/vfio_ids.h"
#include "tests/unit/suites.h"
#include "tests/unit/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static struct host *open_tree(const char *tree)
{
	struct host *host;

	ck_assert_int_eq(host_open(tree, &host, NULL), 0);
	return host;
}

/* Files of one name in several folders, in an order that no folder's own would give. */
static char *make_tree(void)
{
	char *tree = tree_make();

	tree_put(tree, "proc/sys/kernel/osrelease", "6.1.0\n");
	tree_put(tree, "proc/cmdline", "ro vfio_pci.ids=9:9\n");
	tree_put(tree, "lib/modules/6.1.0/modules.softdep",
		 "# from the modules\nsoftdep snd_hda_intel pre: snd_hda_codec\n");
	tree_put(tree, "etc/modprobe.d/vfio.conf",
		 "options vfio-pci ids=1:1\nsoftdep snd_hda_intel pre: vfio-pci\n"
		 "softdep nouveau  pre: vfio-pci\nsoftdep amdgpu pre: vfio-pci drm\n");
	tree_put(tree, "etc/modprobe.d/b.conf", "options vfio-pci\tids=2:2\tx\nblacklist a-b\n");
	tree_put(tree, "etc/modprobe.d/vfio.conf.bak", "options vfio-pci ids=3:3\n");
	tree_put(tree, "etc/modprobe.d/.hidden.conf", "options vfio-pci ids=3:3\n");
	tree_put(tree, "etc/modprobe.d/folder.conf/x.conf", "options vfio-pci ids=3:3\n");
	tree_link(tree, "etc/modprobe.d/masked.conf", "/dev/null");
	tree_put(tree, "run/modprobe.d/folder.conf", "options run from=folder\n");
	tree_put(tree, "run/modprobe.d/masked.conf", "options vfio-pci ids=4:4\n");
	tree_put(tree, "usr/local/lib/modprobe.d/nowhere.conf", "install i-j /bin/true # c\n");
	tree_put(tree, "usr/lib/modprobe.d/vfio.conf", "options vfio-pci ids=5:5\n");
	tree_put(tree, "usr/lib/modprobe.d/z.conf", "options vfio-pci ids=6:6, 7:7\n");
	tree_link(tree, "lib/modprobe.d", "../usr/lib/modprobe.d");
	return tree;
}

START_TEST(files_of_all_folders_in_the_order_of_their_names)
{
	char *tree = make_tree();
	struct host *host = open_tree(tree);
	const struct modprobe_line *line;
	struct modprobe modprobe;
	_cleanup_strings_ struct strings ids = { 0 };
	_cleanup_free_ char *lines = NULL;

	/* hides nothing; to kmod before version 34 it did */
	tree_link(tree, "etc/modprobe.d/nowhere.conf", "no-such-file");
	ck_assert_int_eq(modprobe_read(host, NULL, NULL, &modprobe, NULL), 0);
	lines = lines_of(&modprobe);
	ck_assert_str_eq(lines, "options vfio_pci ids=2:2\tx\nblacklist a_b\n"
				"options run from=folder\n"
				"softdep snd_hda_intel pre: snd_hda_codec\n"
				"install i_j /bin/true # c\n"
				"options vfio_pci ids=1:1\nsoftdep snd_hda_intel pre: vfio-pci\n"
				"softdep nouveau  pre: vfio-pci\n"
				"softdep amdgpu pre: vfio-pci drm\n"
				"options vfio_pci ids=6:6, 7:7\n"
				"options vfio_pci ids=9:9\n");
	ck_assert(!modprobe_loads_before(&modprobe, "vfio-pci", "snd-hda-intel", &line));
	ck_assert_str_eq(line->file, "lib/modules/6.1.0/modules.softdep");
	line = vfio_ids_of_module(&modprobe, &ids);
	ck_assert_str_eq(line->file, "proc/cmdline");
	ck_assert(modprobe_line_is_after(line, "etc/modprobe.d/zz.conf"));
	modprobe_free(&modprobe);

	/* the next boot's arguments instead of these */
	ck_assert_int_eq(modprobe_read(host, "ro", "boot/grub/grub.cfg", &modprobe, NULL), 0);
	strings_free(&ids);
	line = vfio_ids_of_module(&modprobe, &ids);
	ck_assert_str_eq(line->file, "usr/lib/modprobe.d/z.conf");
	ck_assert_str_eq(ids.items[0], "6:6");
	ck_assert(modprobe_line_is_after(line, "etc/modprobe.d/gpucheck.conf"));
	ck_assert(!modprobe_line_is_after(line, "etc/modprobe.d/z.conf"));
	modprobe_free(&modprobe);
	host_close(host);
	tree_remove(tree);
}
END_TEST

START_TEST(what_cannot_be_read_is_an_error)
{
	char *tree = make_tree();
	struct host *host = open_tree(tree);
	_cleanup_free_ char *fifo = xasprintf("%s/etc/modprobe.d/fifo.conf", tree);
	struct modprobe modprobe;
	struct error error;

	tree_link(tree, "etc/modprobe.d/loop.conf", "loop.conf");
	ck_assert_int_eq(modprobe_read(host, NULL, NULL, &modprobe, NULL), 0);
	modprobe_free(&modprobe);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_int_eq(modprobe_read(host, NULL, NULL, &modprobe, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "/etc/modprobe.d/fifo.conf"));
	host_close(host);
	tree_remove(tree);
}
END_TEST

/*
 * What both sides can be compared by: in kmod's order of commands, options with blanks for tabs,
 * and the softdeps that load vfio-pci first.
 */
static char *comparable(const struct modprobe *modprobe)
{
	static const enum modprobe_command order[] = { MODPROBE_BLACKLIST, MODPROBE_INSTALL,
						       MODPROBE_OPTIONS, MODPROBE_SOFTDEP };
	char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	for (size_t k = 0; k < ARRAY_SIZE(order); k++) {
		for (size_t i = 0; i < modprobe->count; i++) {
			struct modprobe_line *line = &modprobe->lines[i];
			const struct modprobe alone = { .lines = line, .count = 1 };

			if (line->command != order[k])
				continue;
			if (order[k] != MODPROBE_SOFTDEP)
				fprintf(out, "%s %s %s\n", commands[order[k]], line->module,
					line->rest);
			else if (modprobe_loads_before(&alone, "vfio-pci", line->module, NULL))
				fprintf(out, "%s first\n", line->module);
		}
	}
	fclose(out);
	for (char *tab = text; (tab = strchr(tab, '\t'));)
		*tab = ' ';
	return text;
}

/* modprobe --showconfig of the same folders, without its indexes; NULL when it does not run. */
static char *ask_modprobe(const char *tree)
{
	_cleanup_free_ char *command = xasprintf(
		"PATH=$PATH:/usr/sbin:/sbin; cd '%s' && modprobe -d . -S 6.1.0 -C etc/modprobe.d "
		"-C run/modprobe.d -C usr/local/lib/modprobe.d -C usr/lib/modprobe.d "
		"-C lib/modprobe.d -c 2>/dev/null | sed '/^# End/,$d'",
		tree);
	char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length), *in = popen(command, "r");

	for (int c; (c = fgetc(in)) != EOF;)
		fputc(c, out);
	fclose(out);
	pclose(in);
	if (length)
		return text;
	free(text);
	return NULL;
}

START_TEST(modprobe_itself_says_the_same)
{
	char *tree = make_tree(), *said = ask_modprobe(tree), *ours, *theirs;
	struct modprobe modprobe, shown = { 0 };
	_cleanup_free_ char *arguments = NULL;
	struct host *host = open_tree(tree);

	if (!said) {
		fputs("modprobe_itself_says_the_same: skipped, modprobe does not run here\n",
		      stderr);
	} else {
		/* It reads this machine's command line, whatever the folders. */
		ck_assert_int_eq(host_user_file("/proc/cmdline", &arguments, NULL), 0);
		ck_assert_int_eq(modprobe_read(host, arguments, "proc/cmdline", &modprobe, NULL),
				 0);
		modprobe_parse(said, "said", &shown);
		ours = comparable(&modprobe);
		theirs = comparable(&shown);
		ck_assert_str_eq(ours, theirs);
		free(ours);
		free(theirs);
		modprobe_free(&modprobe);
		modprobe_free(&shown);
	}
	free(said);
	host_close(host);
	tree_remove(tree);
}
END_TEST

START_TEST(modules_that_claim_a_function)
{
	static const struct pci_address address = { .bus = 1 };
	char *tree = tree_make();
	struct host *host = open_tree(tree);
	struct strings names = { 0 };
	_cleanup_free_ char *joined = NULL;
	struct pci_function *gpu;

	tree_put(tree, "sys/bus/pci/devices/0000:01:00.0/class", "0x030000\n");
	gpu = pci_find(host, &address);
	ck_assert_ptr_nonnull(gpu);
	ck_assert_int_eq(modules_claiming(host, gpu, &names, NULL), -ENOENT);
	tree_put(tree, "sys/bus/pci/devices/0000:01:00.0/modalias",
		 "pci:v000010DEd00002504sv00001458sd00004096bc03sc00i00\n");
	ck_assert_int_eq(modules_claiming(host, gpu, &names, NULL), -ENOENT);
	host_close(host);

	tree_put(tree, "proc/sys/kernel/osrelease", "6.1.0\n");
	tree_put(tree, "lib/modules/6.1.0/modules.alias",
		 "# Aliases extracted from modules themselves.\n"
		 "alias pci:v000010DEd*sv*sd*bc03sc02i00* nvidia-current\n"
		 "alias pci:v000010DEd*sv*sd*bc03sc00i00* nvidia-current\n"
		 "alias pci:v000010DEd*sv*sd*bc03sc* nouveau\n"
		 "alias pci:v000010DEd*sv*sd*bc03* nouveau\n"
		 "alias pci:v000010DEd00002505sv*sd*bc*sc*i* other\n"
		 "alias pci:v000010DEd0000250[1-4]sv*sd*bc*sc*i* i2c_nvidia\n"
		 "alias pci:v* vfio-pci\n"
		 "alias vfio_pci:v000010DEd*sv*sd*bc*sc*i* nvgrace_gpu_vfio_pci\n"
		 "alias pci:\nalias pci:v*");
	host = open_tree(tree);
	gpu = pci_find(host, &address);
	ck_assert_int_eq(modules_claiming(host, gpu, &names, NULL), 0);
	joined = strings_join(&names, " ");
	ck_assert_str_eq(joined, "i2c_nvidia nouveau nvidia_current");
	strings_free(&names);
	host_close(host);
	tree_remove(tree);
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
		files_of_all_folders_in_the_order_of_their_names,
		what_cannot_be_read_is_an_error,
		modprobe_itself_says_the_same,
		modules_that_claim_a_function,
		NULL,
	};

	return suite_of("modprobe", tests);
}
