/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration file, the command line and what is selected. */
#include "base/alloc.h"
#include "engine/configuration.h"
#include "engine/options.h"
#include "engine/selection.h"
#include "probes/catalogue.h"
#include "tests/unit/suites.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

START_TEST(a_configuration_is_read)
{
	static const char text[] =
		"through = vm ; comment\nstrict = yes\n"
		"[gpu 0000:01:00.0]\nvm = ml\nguest = root@10.0.0.2:22\nrom = off\n"
		"ignore = vm.conflict, host.kvm\n[gpu 65:00.0]\nvm=other\n";
	struct configuration configuration;
	const struct gpu_section *section;
	struct pci_address gpu;

	ck_assert_int_eq(configuration_parse(text, "file", &configuration, NULL), 0);
	ck_assert(configuration.has_through && configuration.through == STAGE_VM);
	ck_assert(configuration.strict);
	ck_assert_uint_eq(configuration.count, 2);
	ck_assert(pci_address_parse("0000:01:00.0", &gpu));
	section = configuration_find(&configuration, &gpu);
	ck_assert_ptr_nonnull(section);
	ck_assert_str_eq(section->vm, "ml");
	ck_assert_str_eq(section->guest, "root@10.0.0.2:22");
	ck_assert(section->rom_off);
	ck_assert(strings_have(&section->ignore, "host.kvm"));
	configuration_free(&configuration);
}
END_TEST

#define FIFTY "12345678901234567890123456789012345678901234567890"

START_TEST(a_bad_configuration_names_line_and_word)
{
	static const struct {
		const char *text, *line, *word;
	} cases[] = {
		{ "nonsense\n", "file:1", "key=value" },
		{ "\nthrough = moon\n", "file:2", "moon" },
		{ "strict = maybe\n", "file:1", "maybe" },
		{ "colour = red\n", "file:1", "colour" },
		{ "[card]\nvm = x\n", "file:2", "card" },
		{ "[gpu 1:00.0]\nvm = x\n", "file:2", "1:00.0" },
		{ "[gpu 01:00.0]\nguest = a b\n", "file:2", "a b" },
		{ "[gpu 01:00.0]\nignore = host.moon\n", "file:2", "host.moon" },
		{ "[gpu 01:00.0]\nromm = off\n", "file:2", "romm" },
		/* What inih would take for another line, and for the end of a section's name. */
		{ "strict = no\n; " FIFTY FIFTY FIFTY FIFTY "strict = yes\n", "file:2", "longer" },
		{ "[gpu                                0000:01:00.0 or not]\nvm = x\n", "file:2",
		  "section" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct configuration configuration;
		struct error error;

		ck_assert_int_eq(configuration_parse(cases[i].text, "file", &configuration, &error),
				 -EINVAL);
		ck_assert_msg(strstr(error.text, cases[i].line) &&
				      strstr(error.text, cases[i].word),
			      "%s", error.text);
	}
}
END_TEST

START_TEST(a_check_comes_with_what_it_needs)
{
	struct strings checks = { 0 };
	struct selection selection;

	strings_add(&checks, "iommu.isolated");
	ck_assert_int_eq(selection_make(&checks, STAGE_GUEST, &selection, NULL), 0);
	for (size_t i = 0; i < catalogue_count; i++)
		ck_assert(selection.wanted[i] == (!strcmp(catalogue[i]->id, "iommu.isolated") ||
						  !strcmp(catalogue[i]->id, "iommu.enabled")));
	ck_assert(selection.has_gpu && !selection.has_vm);
	selection_free(&selection);
	ck_assert_int_eq(selection_make(&checks, STAGE_HOST, &selection, NULL), -EINVAL);
	strings_free(&checks);
}
END_TEST

START_TEST(every_need_stands_before_the_check)
{
	for (size_t i = 0; i < catalogue_count; i++) {
		bool found = !catalogue[i]->needs;

		for (size_t k = 0; k < i; k++)
			found |= catalogue[i]->needs &&
				 !strcmp(catalogue[k]->id, catalogue[i]->needs);
		ck_assert_msg(found, "%s", catalogue[i]->id);
		ck_assert(i == 0 || catalogue[i]->stage >= catalogue[i - 1]->stage);
	}
}
END_TEST

Suite *engine_suite(void)
{
	const TTest *const tests[] = {
		a_configuration_is_read,
		a_bad_configuration_names_line_and_word,
		a_check_comes_with_what_it_needs,
		every_need_stands_before_the_check,
		NULL,
	};

	return suite_of("engine", tests);
}
