/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files modprobe reads, and depmod's index; the real modprobe is asked where there is one. */
#include "base/alloc.h"
#include "host/modules/kernel_modules.h"
#include "host/modules/modprobe.h"
#include "host/modules/vfio_ids.h"
#include "tests/unit/suites.h"
#include "tests/unit/tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* "etc/modprobe.d/vfio.conf: ids=…", a line each. */
static char *sources_of(const struct modprobe *modprobe)
{
	char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	for (size_t i = 0; i < modprobe->count; i++)
		fprintf(out, "%s: %s\n", modprobe->lines[i].file, modprobe->lines[i].rest);
	fclose(out);
	return text;
}

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
	_cleanup_free_ char *sources = NULL;

	/* hides nothing; to kmod before version 34 it did */
	tree_link(tree, "etc/modprobe.d/nowhere.conf", "no-such-file");
	ck_assert_int_eq(modprobe_read(host, NULL, NULL, &modprobe, NULL), 0);
	sources = sources_of(&modprobe);
	ck_assert_str_eq(sources, "etc/modprobe.d/b.conf: ids=2:2\tx\netc/modprobe.d/b.conf: \n"
				  "run/modprobe.d/folder.conf: from=folder\n"
				  "lib/modules/6.1.0/modules.softdep: pre: snd_hda_codec\n"
				  "usr/local/lib/modprobe.d/nowhere.conf: /bin/true # c\n"
				  "etc/modprobe.d/vfio.conf: ids=1:1\n"
				  "etc/modprobe.d/vfio.conf: pre: vfio-pci\n"
				  "etc/modprobe.d/vfio.conf:  pre: vfio-pci\n"
				  "etc/modprobe.d/vfio.conf: pre: vfio-pci drm\n"
				  "usr/lib/modprobe.d/z.conf: ids=6:6, 7:7\n"
				  "proc/cmdline: ids=9:9\n");
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

START_TEST(paths_that_kmod_would_read)
{
	static const char *const paths[] = {
		"usr/lib/modprobe.d/b.conf",
		"etc/modprobe.d/c.conf",
		"usr/lib/modules/6.1.0/modules.softdep",
		"etc/modprobe.d/.a.conf",
		"etc/modprobe.d/.conf",
		"etc/modprobe.d/a.confx",
		"lib/modprobe.d/B.conf",
		"etc/modprobe.d/deep/a.conf",
		"run/modprobe.d/b.conf",
		"etc/modprobe.dx/a.conf",
		"opt/etc/modprobe.d/a.conf",
		"vfio.conf",
		"lib/modprobe.d/z.conf",
	};
	struct strings list = { 0 };
	_cleanup_free_ char *joined = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		strings_add(&list, paths[i]);
	modprobe_order(&list);
	joined = strings_join(&list, " ");
	ck_assert_str_eq(joined, "lib/modprobe.d/B.conf run/modprobe.d/b.conf "
				 "etc/modprobe.d/c.conf usr/lib/modules/6.1.0/modules.softdep "
				 "lib/modprobe.d/z.conf");
	strings_free(&list);
	modprobe_order(&list);
	ck_assert_uint_eq(list.count, 0);
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

static const char *const commands[] = { "options", "softdep", "blacklist", "install" };

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
		 "alias pci:v000010DEd00002504sv00001458sd00004096bc03sc00i00 exact\n"
		 "alias pci:v000010DEd00002504sv00001458sd00004096bc03sc00i0 short\n"
		 "alias vfio_pci:v000010DEd*sv*sd*bc*sc*i* nvgrace_gpu_vfio_pci\n"
		 "alias pci:\nalias pci:v*");
	host = open_tree(tree);
	gpu = pci_find(host, &address);
	ck_assert_int_eq(modules_claiming(host, gpu, &names, NULL), 0);
	joined = strings_join(&names, " ");
	ck_assert_str_eq(joined, "exact i2c_nvidia nouveau nvidia_current");
	strings_free(&names);
	host_close(host);
	tree_remove(tree);
}
END_TEST

Suite *modprobe_files_suite(void)
{
	const TTest *const tests[] = {
		files_of_all_folders_in_the_order_of_their_names,
		paths_that_kmod_would_read,
		what_cannot_be_read_is_an_error,
		modprobe_itself_says_the_same,
		modules_that_claim_a_function,
		NULL,
	};

	return suite_of("modprobe_files", tests);
}
