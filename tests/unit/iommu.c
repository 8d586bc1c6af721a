/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel arguments as the kernel reads them, and the interrupt table. */
#include "base/alloc.h"
#include "host/iommu/interrupts.h"
#include "host/iommu/iommu_arguments.h"
#include "tests/unit/suites.h"

#include <errno.h>

START_TEST(words_are_split_as_the_kernel_splits_them)
{
	struct kernel_arguments arguments;

	kernel_arguments_parse("  a=1\tb=\"two words\" \"c d\"=e ro -- iommu=off\n", &arguments);
	ck_assert_uint_eq(arguments.words.count, 4);
	ck_assert_str_eq(arguments.words.items[1], "b=two words");
	ck_assert_str_eq(arguments.words.items[2], "c d=e");
	kernel_arguments_free(&arguments);
}
END_TEST

START_TEST(dash_and_underscore_are_one_letter_in_names)
{
	ck_assert_str_eq(kernel_argument_value("vfio-pci.ids=1", "vfio_pci.ids"), "1");
	ck_assert_str_eq(kernel_argument_value("intel-iommu=off", "intel_iommu"), "off");
	ck_assert_ptr_null(kernel_argument_value("xiommu=off", "iommu"));
	ck_assert_ptr_null(kernel_argument_value("iommu.off=1", "iommu"));
	ck_assert_ptr_null(kernel_argument_value("iommu", "iommu"));
	ck_assert_ptr_null(kernel_argument_value("IOMMU=off", "iommu"));
}
END_TEST

static const struct {
	const char *line;
	enum iommu_kind kind;
	const char *off;
	bool sticky;
} lines[] = {
	{ "quiet", IOMMU_VTD, NULL, false },
	{ "intel_iommu=off", IOMMU_VTD, "intel_iommu=off", false },
	{ "intel_iommu=off intel_iommu=on", IOMMU_VTD, NULL, false },
	{ "intel_iommu=on intel_iommu=off", IOMMU_VTD, "intel_iommu=off", false },
	{ "intel_iommu=on,off", IOMMU_VTD, "intel_iommu=on,off", false },
	{ "intel_iommu=off,sm_on,on", IOMMU_VTD, NULL, false },
	{ "intel_iommu=igfx_off", IOMMU_VTD, NULL, false },
	{ "xintel_iommu=off", IOMMU_VTD, NULL, false },
	{ "intel_iommu=off", IOMMU_AMD_VI, NULL, false },
	{ "intel_iommu=off", IOMMU_UNKNOWN, "intel_iommu=off", false },
	{ "iommu=off iommu=pt intel_iommu=on", IOMMU_VTD, "iommu=off", true },
	{ "iommu=pt,off", IOMMU_AMD_VI, "iommu=pt,off", true },
	{ "iommu=pt iommu=noforce", IOMMU_AMD_VI, NULL, false },
	{ "amd_iommu=off amd_iommu=on", IOMMU_AMD_VI, "amd_iommu=off", true },
	{ "amd_iommu=fullflush,off", IOMMU_AMD_VI, "amd_iommu=fullflush,off", true },
	{ "amd_iommu=off", IOMMU_VTD, NULL, false },
	{ "intel_iommu=off iommu=off intel_iommu=on", IOMMU_VTD, "iommu=off", true },
	{ "init=/bin/sh -- iommu=off", IOMMU_VTD, NULL, false },
};

START_TEST(what_turns_it_off)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct kernel_arguments arguments;
		struct iommu_arguments found;

		kernel_arguments_parse(lines[i].line, &arguments);
		iommu_arguments_read(&arguments, lines[i].kind, &found);
		ck_assert_msg(!found.off == !lines[i].off, "%s", lines[i].line);
		if (found.off)
			ck_assert_str_eq(found.off, lines[i].off);
		ck_assert_msg(found.off_is_sticky == lines[i].sticky, "%s", lines[i].line);
		kernel_arguments_free(&arguments);
	}
}
END_TEST

START_TEST(remapping_and_acs_are_seen)
{
	struct kernel_arguments arguments;
	struct iommu_arguments found;

	kernel_arguments_parse("intremap=off intel_iommu=on,igfx_off pcie_acs_override=downstream",
			       &arguments);
	iommu_arguments_read(&arguments, IOMMU_VTD, &found);
	ck_assert_str_eq(found.no_remapping, "intremap=off");
	ck_assert_str_eq(found.igfx_off, "intel_iommu=on,igfx_off");
	ck_assert_str_eq(found.on, "intel_iommu=on,igfx_off");
	ck_assert_str_eq(found.acs_override, "pcie_acs_override=downstream");
	kernel_arguments_free(&arguments);
	kernel_arguments_parse("nointremap intremap=nosid,on", &arguments);
	iommu_arguments_read(&arguments, IOMMU_VTD, &found);
	ck_assert_ptr_null(found.no_remapping);
	kernel_arguments_free(&arguments);
}
END_TEST

START_TEST(remapping_is_told_by_the_chip_column)
{
	static const char remapped[] =
		"           CPU0       CPU1\n"
		"   8:          1          0  IR-IO-APIC    8-edge      rtc0\n";
	static const char handler_named_so[] = "            CPU0\n"
					       "  30:          1  PCI-MSI 1-edge      IR-receiver\n"
					       " NMI:          0  Non-maskable interrupts\n";
	static const char large_counts[] =
		"           CPU0       CPU1\n"
		"  24: 4294967295 4294967295 IR-PCI-MSI 3-edge nvme0q1\n";
	bool found;

	ck_assert_int_eq(interrupts_have_remapping(remapped, &found), 0);
	ck_assert(found);
	ck_assert_int_eq(interrupts_have_remapping(handler_named_so, &found), 0);
	ck_assert(!found);
	ck_assert_int_eq(interrupts_have_remapping(large_counts, &found), 0);
	ck_assert(found);
	ck_assert_int_eq(interrupts_have_remapping("", &found), -EINVAL);
	ck_assert_int_eq(interrupts_have_remapping("  CPU0\n", &found), -EINVAL);
	ck_assert_int_eq(interrupts_have_remapping("hello\nIR-\n", &found), -EINVAL);
}
END_TEST

Suite *iommu_suite(void)
{
	const TTest *const tests[] = {
		words_are_split_as_the_kernel_splits_them,
		dash_and_underscore_are_one_letter_in_names,
		what_turns_it_off,
		remapping_and_acs_are_seen,
		remapping_is_told_by_the_chip_column,
		NULL,
	};

	return suite_of("iommu", tests);
}
