/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The default entry of grub.cfg, as grub-mkconfig of Debian and Ubuntu writes it. */
#include "base/alloc.h"
#include "host/boot/grub_cfg.h"
#include "tests/unit/suites.h"

#include <errno.h>

#define HEAD(default_entry)                                \
	"if [ -s $prefix/grubenv ]; then\n"                \
	"  set have_grubenv=true\n  load_env\nfi\n"        \
	"if [ \"${next_entry}\" ] ; then\n"                \
	"   set default=\"${next_entry}\"\n"               \
	"   set next_entry=\n   save_env next_entry\n"     \
	"else\n   set default=\"" default_entry "\"\nfi\n" \
	"if [ x\"${feature_menuentry_id}\" = xy ]; then\n" \
	"  menuentry_id_option=\"--id\"\nelse\n"           \
	"  menuentry_id_option=\"\"\nfi\n"                 \
	"function load_video {\n  insmod all_video\n}\n"
#define ENTRY(title, id, arguments)                                                        \
	"menuentry '" title "' --class debian $menuentry_id_option '" id "' {\n"           \
	"\tload_video\n\tif [ x$grub_platform = xxen ]; then insmod xzio; fi\n"            \
	"\techo\t'Loading ...'\n\tlinux\t/boot/vmlinuz-6.1 root=/dev/sda1 " arguments "\n" \
	"\tinitrd\t/boot/initrd.img-6.1\n}\n"
#define MENU                                                                    \
	ENTRY("Debian GNU/Linux", "simple", "ro quiet")                         \
	"submenu 'Advanced options' $menuentry_id_option 'advanced' {\n" ENTRY( \
		"Debian, with Linux 6.1", "adv-6.1", "ro quiet intel_iommu=on") \
		ENTRY("Debian, with Linux 6.1 (recovery mode)", "rec-6.1",      \
		      "ro single") "}\n" ENTRY("Memory > disk", "odd", "memtest")

static char *arguments_of(const char *cfg, const char *environment)
{
	struct boot_entry entry;
	struct error error;
	char *arguments;
	int r = grub_default_entry(cfg, environment, &entry, &error);

	ck_assert_msg(r == 0, "%s", r ? error.text : "");
	arguments = xstrdup(entry.arguments);
	boot_entry_free(&entry);
	return arguments;
}

START_TEST(the_default_is_found_as_grub_finds_it)
{
	static const struct {
		const char *cfg, *environment, *arguments;
	} cases[] = {
		{ HEAD("0") MENU, NULL, "root=/dev/sda1 ro quiet" },
		{ HEAD("1>0") MENU, NULL, "root=/dev/sda1 ro quiet intel_iommu=on" },
		{ HEAD("1>1") MENU, NULL, "root=/dev/sda1 ro single" },
		{ HEAD("advanced>rec-6.1") MENU, NULL, "root=/dev/sda1 ro single" },
		{ HEAD("Advanced options>Debian, with Linux 6.1") MENU, NULL,
		  "root=/dev/sda1 ro quiet intel_iommu=on" },
		{ HEAD("Memory >> disk") MENU, NULL, "root=/dev/sda1 memtest" },
		/* a name nobody has: the first entry */
		{ HEAD("gone") MENU, NULL, "root=/dev/sda1 ro quiet" },
		{ HEAD("${saved_entry}") MENU, "# GRUB Environment Block\nsaved_entry=odd\n####",
		  "root=/dev/sda1 memtest" },
		{ HEAD("${saved_entry}") MENU, NULL, "root=/dev/sda1 ro quiet" },
		/* grub-reboot's choice goes before the default, once */
		{ HEAD("0") MENU, "next_entry=odd\nsaved_entry=simple\n",
		  "root=/dev/sda1 memtest" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *arguments = arguments_of(cases[i].cfg, cases[i].environment);

		ck_assert_str_eq(arguments, cases[i].arguments);
	}
}
END_TEST

START_TEST(variables_and_quotes_reach_the_kernel)
{
	_cleanup_free_ char *arguments = arguments_of(
		"set vt_handoff=vt.handoff=7\nset default=0\n"
		"menuentry \"a \\\"b\\\"\" {\n linux /vmlinuz ro 'x=a b' $vt_handoff \\$y\n}\n",
		NULL);

	ck_assert_str_eq(arguments, "ro \"x=a b\" vt.handoff=7 $y");
}
END_TEST

START_TEST(only_the_branch_that_is_taken_counts)
{
	_cleanup_free_ char *arguments = arguments_of(
		"if [ ! -n \"$a\" -a 1 = 1 ]; then\n set k=yes\nelif true; then\n set k=no\nelse\n"
		" set k=never\nfi\nmenuentry x {\n if [ $k == yes ]; then linux /v right\n"
		" else linux /v wrong; fi\n}\n",
		NULL);

	ck_assert_str_eq(arguments, "right");
}
END_TEST

START_TEST(what_boots_no_linux_is_an_error)
{
	static const struct {
		const char *cfg;
		int code;
	} cases[] = {
		{ "", -ENOENT },
		{ "set default=0\n", -ENOENT },
		{ "menuentry Windows { chainloader /x }\n", -EINVAL },
		{ "menuentry Windows {\n chainloader /x\n}\n", -EINVAL },
		{ "menuentry 'never closed' {\n", -EINVAL },
		{ "submenu a {\n}\n", -ENOENT },
		{ "{ } } } menuentry", -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct boot_entry entry;
		struct error error;

		ck_assert_int_eq(grub_default_entry(cases[i].cfg, NULL, &entry, &error),
				 cases[i].code);
	}
}
END_TEST

START_TEST(a_menu_that_makes_more_than_memory_holds_ends)
{
	_cleanup_free_ char *doubled = NULL, *negated = NULL;
	struct boot_entry entry;
	size_t length;
	FILE *out = xmemstream(&doubled, &length);

	fprintf(out, "set a=xxxxxxxx\n");
	for (int i = 0; i < 60; i++)
		fprintf(out, "set a=$a$a\n");
	fprintf(out, "menuentry b {\nlinux /vmlinuz $a\n}\n");
	fclose(out);
	ck_assert_int_eq(grub_default_entry(doubled, NULL, &entry, NULL), -E2BIG);

	out = xmemstream(&negated, &length);
	fprintf(out, "if [ ");
	for (int i = 0; i < 300000; i++)
		fputs("! ", out);
	fprintf(out, "x ]; then\nmenuentry b {\nlinux /vmlinuz quiet\n}\nfi\n");
	fclose(out);
	ck_assert_int_eq(grub_default_entry(negated, NULL, &entry, NULL), 0);
	ck_assert_str_eq(entry.arguments, "quiet");
	boot_entry_free(&entry);
}
END_TEST

Suite *boot_suite(void)
{
	const TTest *const tests[] = {
		the_default_is_found_as_grub_finds_it,
		variables_and_quotes_reach_the_kernel,
		only_the_branch_that_is_taken_counts,
		what_boots_no_linux_is_an_error,
		a_menu_that_makes_more_than_memory_holds_ends,
		NULL,
	};

	return suite_of("boot", tests);
}
