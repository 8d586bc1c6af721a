/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest answers: the lines of its listing, and what is made of them. */
#include "host/vm/guest_answer.h"
#include "base/alloc.h"
#include "host/programs/guest/listing.h"
#include "tests/unit/suites.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GREETING "gpucheck-guest-1\nsystem Linux 6.1.0-26-amd64\n"
#define GPU      "pci 0000:05:00.0 0x030000 0x10de 0x2504\n"
#define BARS                                                                            \
	"bars 0000:05:00.0\n"                                                           \
	"bar 0000:05:00.0 0 0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200\n" \
	"bar 0000:05:00.0 1 0x0000000000000000 0x000000000fffffff 0x000000002014220c\n"
#define NVIDIA "driver nvidia 0000:05:00.0\nnvidia 550.54.15 closed\nsmi run\nwait\n"

static int parse(const char *text, json_t **ret)
{
	struct error error;

	return listing_parse(text, strlen(text), ret, &error);
}

/* The answer to a listing as gpucheck reads it, with the state that the program would give it. */
static struct guest read_guest(const char *text)
{
	struct guest guest = { 0 };
	json_t *listing;

	ck_assert_msg(parse(text, &listing) == 0, "%s", text);
	json_object_set_new(listing, "state", json_string("answered"));
	guest_answer_read(listing, &guest);
	json_decref(listing);
	ck_assert_int_eq(guest.state, GUEST_ANSWERED);
	return guest;
}

START_TEST(a_listing_is_read)
{
	struct guest guest = read_guest("Welcome to the guest\n" GREETING
					"pci 0000:00:00.0 0x060000 0x8086 0x29c0\n" GPU BARS
					"drm 0000:05:00.0 card0\n"
					"driver nvidia 0000:05:00.0\ndriver gone 0000:09:00.0\n"
					"end\nlogout\n");
	const struct guest_function *gpu = guest_next(&guest, 0x10de, 0x2504, NULL);

	ck_assert_str_eq(guest.kernel, "6.1.0-26-amd64");
	ck_assert_uint_eq(guest.count, 2);
	ck_assert_ptr_null(guest.functions[0].driver);
	ck_assert(!guest.functions[0].has_bars);
	ck_assert_ptr_eq(gpu, &guest.functions[1]);
	ck_assert_ptr_null(guest_next(&guest, 0x10de, 0x2504, gpu));
	ck_assert_str_eq(gpu->driver, "nvidia");
	ck_assert(gpu->has_bars);
	ck_assert_uint_eq(gpu->bar_count, 2);
	ck_assert_uint_eq(gpu->bars[1].index, 1);
	ck_assert_uint_eq(gpu->bars[1].flags, 0x2014220c);
	ck_assert_uint_eq(gpu->drm.count, 1);
	ck_assert_int_eq(guest.nvidia.smi, SMI_NOT_TOLD);
	ck_assert_int_eq(guest.fabric, FABRIC_NONE);
	guest_answer_free(&guest);
}
END_TEST

START_TEST(nvidia_smi_lists_or_tells_why_not)
{
	struct guest guest = read_guest(
		GREETING GPU NVIDIA "smi says 00000000:05:00.0\nsmi says 00010000:0A:00.0\n"
				    "smi says WARNING: infoROM is corrupted at gpu 0000:05:00.0\n"
				    "smi says more\nsmi status 14\nfabric absent\nend\n");

	ck_assert(guest.nvidia.loaded);
	ck_assert_str_eq(guest.nvidia.version, "550.54.15");
	ck_assert_int_eq(guest.nvidia.flavour, NVIDIA_CLOSED);
	ck_assert_int_eq(guest.nvidia.smi, SMI_ENDED);
	ck_assert_int_eq(guest.nvidia.status, 14);
	ck_assert(strings_have(&guest.nvidia.listed, "0000:05:00.0"));
	ck_assert(strings_have(&guest.nvidia.listed, "10000:0a:00.0"));
	ck_assert_str_eq(guest.nvidia.text, "WARNING: infoROM is corrupted at gpu 0000:05:00.0");
	ck_assert_int_eq(guest.fabric, FABRIC_WITHOUT_MANAGER);
	guest_answer_free(&guest);

	guest = read_guest(GREETING GPU NVIDIA
			   "smi says No devices were found\nsmi status 6\nend\n");
	ck_assert_uint_eq(guest.nvidia.listed.count, 0);
	ck_assert_str_eq(guest.nvidia.text, "No devices were found");
	guest_answer_free(&guest);
}
END_TEST

START_TEST(nvidia_smi_that_does_not_end)
{
	struct guest guest = read_guest(GREETING GPU NVIDIA "wait\nsmi late\nend\n");

	ck_assert_int_eq(guest.nvidia.smi, SMI_LATE);
	guest_answer_free(&guest);
	/* The shell that ran it was ended: it is not known what came of it. */
	guest = read_guest(GREETING GPU NVIDIA "smi says 00000000:05:00.0\nend\n");
	ck_assert_int_eq(guest.nvidia.smi, SMI_NOT_TOLD);
	guest_answer_free(&guest);
	guest = read_guest(GREETING GPU "nvidia - unknown\nsmi absent\nend\n");
	ck_assert(guest.nvidia.loaded);
	ck_assert_ptr_null(guest.nvidia.version);
	ck_assert_int_eq(guest.nvidia.smi, SMI_ABSENT);
	guest_answer_free(&guest);
}
END_TEST

START_TEST(words_of_nvidia_smi_are_cleaned_and_cut)
{
	char text[2000] = GREETING GPU NVIDIA "smi says \033[2Jok 1 \xff\t";
	struct guest guest;

	for (size_t i = 0; i < 100; i++)
		strcat(text, "0123456789");
	strcat(text, "\nsmi status 255\nend\n");
	guest = read_guest(text);
	ck_assert_int_eq(strncmp(guest.nvidia.text, "?[2Jok 1 ??01234", 16), 0);
	ck_assert_uint_eq(strlen(guest.nvidia.text), 160);
	guest_answer_free(&guest);
}
END_TEST

START_TEST(modules_of_a_gpu_without_driver)
{
	struct guest guest = read_guest(GREETING GPU "module 0000:05:00.0 nvidia_current absent\n"
						     "module 0000:05:00.0 nouveau loaded\nend\n");

	ck_assert_uint_eq(guest.functions[0].modules.count, 2);
	ck_assert_uint_eq(guest.functions[0].loaded.count, 1);
	ck_assert_str_eq(guest.functions[0].loaded.items[0], "nouveau");
	guest_answer_free(&guest);
}
END_TEST

START_TEST(what_our_command_does_not_print_is_refused)
{
	static const struct {
		const char *text;
		int code;
	} cases[] = {
		{ "", -EINVAL },
		{ "'exec' is not recognized as an internal or external command\r\n", -EINVAL },
		{ "gpucheck-guest-1\nsystem Linux\n", -EINVAL },
		{ "gpucheck-guest-1\nend\n", -EINVAL },
		{ "gpucheck-guest-1\nsystem FreeBSD\nnosys\nend\n", -ENODATA },
		{ GREETING "nosys\nend\n", -ENODATA },
	};
	static const char *const lines[] = {
		"ok 1 - forged",
		"system Linux",
		"pci 0000:05:00.0 0x030000 0x10de",
		"pci 05:00.9 0x030000 0x10de 0x2504",
		"pci 0000:05:00.0 0x030000 0x10de 0x250",
		"pci 0000:05:00.0 0x030000 0x1002 0x2504", /* again */
		"driver a\033[2J 0000:05:00.0",
		"driver a b c d e f g",
		"bars 0000:06:00.0",
		"bar 0000:05:00.0 6 0x0000000000000001 0x0000000000000001 0x0000000000000200",
		"bar 0000:05:00.0 -1 0x0000000000000001 0x0000000000000001 0x0000000000000200",
		"bar 0000:05:00.0 1 0x0000000000000001 0x0000000000000001 0x0000000000000200",
		"bar 0000:05:00.0 3 0x0000000000000001 0x0000000000000001 0x200",
		"bar 0000:05:00.0 3 0x0000000000000001 0x0000000000000001",
		"drm 0000:05:00.0 card0/../..",
		"drm 0000:05:00.0 card01234567890123456789",
		"drm 0000:06:00.0 card0",
		"module 0000:05:00.0 nouveau",
		"module 0000:05:00.0 nouveau perhaps",
		"module 0000:05:00.0 a/b absent",
		"nvidia 550.54.15 proprietary",
		"nvidia 550;reboot open",
		"smi",
		"smi perhaps",
		"smi says 00000000:05:00.0", /* before it was run */
		"smi status 0",
		"smi late",
		"smi run\nsmi run",
		"smi run\nsmi status",
		"smi run\nsmi status -1",
		"smi run\nsmi status 0x6",
		"smi run\nsmi status 0\nsmi status 0",
		"smi run\nsmi late\nsmi says 00000000:05:00.0",
		"smi absent\nsmi run",
		"fabric perhaps",
		"fabric running\nfabric absent",
		"wait 1",
		"end forged",
		"",
	};
	json_t *listing;
	struct error error;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_assert_msg(parse(cases[i].text, &listing) == cases[i].code, "case %zu", i);
		json_decref(listing);
	}
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_free_ char *text = xasprintf(GREETING GPU BARS "%s\nend\n", lines[i]);

		ck_assert_msg(parse(text, &listing) == -EINVAL, "%s", lines[i]);
		json_decref(listing);
	}
	ck_assert_int_eq(
		listing_parse(GREETING "end\n\0", sizeof(GREETING "end\n"), &listing, &error),
		-EINVAL);
	json_decref(listing);
}
END_TEST

#define FUNCTION(rest)                                                               \
	"{\"state\": \"answered\", \"functions\": [{\"address\": \"0000:05:00.0\", " \
	"\"class\": \"030000\", \"vendor\": \"10de\", \"device\": \"2504\"" rest "}]}"
#define IDS(class, vendor, device)                                                   \
	"{\"state\": \"answered\", \"functions\": [{\"address\": \"0000:05:00.0\", " \
	"\"class\": \"" class "\", \"vendor\": \"" vendor "\", \"device\": \"" device "\"}]}"
#define BAR(index, flags) \
	"{\"index\": " index ", \"start\": \"0\", \"end\": \"ff\", \"flags\": \"" flags "\"}"

START_TEST(records_older_and_edited)
{
	static const struct {
		const char *text;
		enum guest_state state;
		bool has_bars;
	} cases[] = {
		{ FUNCTION(""), GUEST_ANSWERED, false },
		{ FUNCTION(", \"bars\": []"), GUEST_ANSWERED, true },
		{ FUNCTION(", \"bars\": [" BAR("5", "40101") "]"), GUEST_ANSWERED, true },
		{ FUNCTION(", \"bars\": [" BAR("6", "200") "]"), GUEST_GARBLED, false },
		{ FUNCTION(", \"bars\": [" BAR("0", "x") "]"), GUEST_GARBLED, false },
		{ FUNCTION(", \"bars\": [1]"), GUEST_GARBLED, false },
		{ FUNCTION(", \"bars\": 1"), GUEST_GARBLED, false },
		{ FUNCTION(", \"drm\": 1, \"modules\": [1, {\"name\": 2}]"), GUEST_ANSWERED,
		  false },
		{ "{\"state\": \"answered\", \"functions\": null}", GUEST_GARBLED, false },
		{ "[]", GUEST_GARBLED, false },
		/* Of more digits only the last four would count. */
		{ IDS("030000", "110de", "2504"), GUEST_GARBLED, false },
		{ IDS("030000", "10de", "12504"), GUEST_GARBLED, false },
		{ IDS("1030000", "10de", "2504"), GUEST_GARBLED, false },
		{ IDS("030000", "", "2504"), GUEST_GARBLED, false },
		{ IDS("030000", "-1", "2504"), GUEST_GARBLED, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *answer = json_loads(cases[i].text, 0, NULL);
		struct guest guest = { 0 };

		guest_answer_read(answer, &guest);
		ck_assert_msg(guest.state == cases[i].state, "case %zu", i);
		if (guest.state == GUEST_ANSWERED)
			ck_assert_msg(guest.functions[0].has_bars == cases[i].has_bars, "case %zu",
				      i);
		guest_answer_free(&guest);
		json_decref(answer);
	}
}
END_TEST

Suite *guest_answer_suite(void)
{
	const TTest *const tests[] = {
		a_listing_is_read,
		nvidia_smi_lists_or_tells_why_not,
		nvidia_smi_that_does_not_end,
		words_of_nvidia_smi_are_cleaned_and_cut,
		modules_of_a_gpu_without_driver,
		what_our_command_does_not_print_is_refused,
		records_older_and_edited,
		NULL,
	};

	return suite_of("guest answer", tests);
}
