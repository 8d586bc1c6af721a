/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What proc/iomem says of the boot's framebuffer. */
#include "host/display/boot_framebuffer.h"
#include "base/alloc.h"
#include "tests/unit/suites.h"

#include <errno.h>
#include <string.h>

/* "start-end name" a piece, or the error's name. */
static char *find(const char *text)
{
	struct boot_framebuffer *found = NULL;
	size_t count = 0, length;
	char *all = NULL;
	FILE *out = xmemstream(&all, &length);
	int r = boot_framebuffers_parse(text, &found, &count);

	if (r < 0)
		fputs(strerrorname_np(-r), out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%llx-%llx %s", i ? ", " : "", (unsigned long long)found[i].start,
			(unsigned long long)found[i].end, found[i].name);
	fclose(out);
	boot_framebuffers_free(found, count);
	return all;
}

static void expect(const char *text, const char *expected)
{
	_cleanup_free_ char *found = find(text);

	ck_assert_str_eq(found, expected);
}

START_TEST(nested_at_any_depth)
{
	expect("00000000-00000fff : Reserved\n"
	       "4000000000-400fffffff : PCI Bus 0000:00\n"
	       "  4000000000-400fffffff : PCI Bus 0000:01\n"
	       "    4000000000-400fffffff : 0000:01:00.0\n"
	       "      4000000000-40007e8fff : BOOTFB\n"
	       "        4000000000-40007e8fff : simpledrm\n",
	       "4000000000-40007e8fff BOOTFB, 4000000000-40007e8fff simpledrm");
	expect("c0000000-c07e8fff : efifb\n", "c0000000-c07e8fff efifb");
	expect("c0000000-c07e8fff : efifb", "c0000000-c07e8fff efifb");
	expect("ffffffff00000000-ffffffffffffffff : vesafb\n",
	       "ffffffff00000000-ffffffffffffffff vesafb");
}
END_TEST

START_TEST(devices_of_the_drivers_have_numbers)
{
	expect("c0000000-c07e8fff : simple-framebuffer.0\n"
	       "d0000000-d07e8fff : efi-framebuffer.12\n",
	       "c0000000-c07e8fff simple-framebuffer.0, d0000000-d07e8fff efi-framebuffer.12");
}
END_TEST

START_TEST(other_names_are_none)
{
	expect("c0000000-c0ffffff : 0000:01:00.0\n"
	       "c0000000-c0ffffff : nvidia\n"
	       "c0000000-c0ffffff : bootfb\n"
	       "c0000000-c0ffffff : BOOTFB2\n"
	       "c0000000-c0ffffff : BOOTFB.\n"
	       "c0000000-c0ffffff : BOOTFB.x\n"
	       "c0000000-c0ffffff : no BOOTFB\n"
	       "c0000000-c0ffffff : .0\n"
	       "c0000000-c0ffffff : \n",
	       "");
}
END_TEST

START_TEST(zeroes_are_no_addresses)
{
	expect("00000000-00000000 : Reserved\n"
	       "00000000-00000000 : PCI Bus 0000:00\n"
	       "  00000000-00000000 : BOOTFB\n",
	       "EACCES");
	expect("00000000-00000fff : Reserved\n", "");
}
END_TEST

START_TEST(what_is_no_list_is_refused)
{
	static const char *const bad[] = {
		"",
		"\n",
		"hello\n",
		"c0000000 : efifb\n",
		"c0000000-c07e8fff\n",
		"c0000000-c07e8fff: efifb\n",
		"0xc0000000-0xc07e8fff : efifb\n",
		"c07e8fff-c0000000 : efifb\n",
		"-c0000000-c07e8fff : efifb\n",
		"c0000000-+c07e8fff : efifb\n",
		"\tc0000000-c07e8fff : efifb\n",
		"10000000000000000-10000000000000001 : efifb\n",
		"00000000000000001-00000000000000002 : efifb\n",
		"c0000000-c07e8fff : efifb\nnonsense\n",
		"c0000000-\nc07e8fff : efifb\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_cleanup_free_ char *found = find(bad[i]);

		ck_assert_msg(!strcmp(found, "EINVAL"), "%s: %s", bad[i], found);
	}
}
END_TEST

Suite *boot_framebuffer_suite(void)
{
	const TTest *const tests[] = {
		nested_at_any_depth,     devices_of_the_drivers_have_numbers, other_names_are_none,
		zeroes_are_no_addresses, what_is_no_list_is_refused,          NULL,
	};

	return suite_of("boot framebuffer", tests);
}
