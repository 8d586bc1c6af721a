/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of who held a card, and which process is a VM. */
#include "base/alloc.h"
#include "host/card/holders.h"
#include "host/vm/vm_process.h"
#include "tests/unit/suites.h"

#include <errno.h>
#include <stdlib.h>

#define CARD   "0000:01:00.0"
#define LIST   "{\"" CARD "\": ["
#define HOLDER "{\"pid\": 12, \"name\": \"Xorg\", \"node\": \"dev/dri/card1\""

START_TEST(holders_of_the_card)
{
	struct holder *holders;
	size_t count;
	char *who;

	ck_assert_int_eq(
		recorded_holders_parse(LIST HOLDER
				       ", \"unit\": \"gdm.service\", \"service\": true}, " HOLDER
				       ", \"unit\": null}], \"0000:02:00.0\": []}",
				       CARD, &holders, &count),
		0);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_eq(holders[0].pid, 12);
	ck_assert_str_eq(holders[0].node, "dev/dri/card1");
	ck_assert(holders[0].service);
	ck_assert_ptr_null(holders[1].unit);
	ck_assert(!holders[1].service);
	who = holder_describe(&holders[0]);
	ck_assert_str_eq(who, "Xorg (12, gdm.service)");
	free(who);
	who = holder_describe(&holders[1]);
	ck_assert_str_eq(who, "Xorg (12)");
	free(who);
	holders_free(holders, count);
}
END_TEST

START_TEST(nobody_and_not_told_differ)
{
	struct holder *holders;
	size_t count = 77;

	ck_assert_int_eq(recorded_holders_parse(LIST "]}", CARD, &holders, &count), 0);
	ck_assert_uint_eq(count, 0);
	holders_free(holders, count);
	ck_assert_int_eq(recorded_holders_parse("{}", CARD, &holders, &count), -ENOENT);
	ck_assert_int_eq(recorded_holders_parse(LIST "]}", "0000:02:00.0", &holders, &count),
			 -ENOENT);
}
END_TEST

START_TEST(other_forms_are_refused)
{
	static const char *const bad[] = {
		"",
		"[]",
		"null",
		"{",
		"{\"" CARD "\": {}}",
		"{\"" CARD "\": null}",
		"{\"" CARD "\": [], \"" CARD "\": []}",
		LIST "1]}",
		LIST "{}]}",
		LIST HOLDER "}]}",
		LIST HOLDER ", \"unit\": 1}]}",
		LIST HOLDER ", \"unit\": \"\"}]}",
		LIST HOLDER ", \"unit\": null, \"service\": true}]}",
		LIST HOLDER ", \"unit\": \"a\", \"service\": 1}]}",
		LIST HOLDER ", \"unit\": \"a\", \"more\": 1}]}",
		LIST "{\"pid\": 0, \"name\": \"a\", \"node\": \"dev/a\", \"unit\": null}]}",
		LIST "{\"pid\": -1, \"name\": \"a\", \"node\": \"dev/a\", \"unit\": null}]}",
		LIST
		"{\"pid\": 4294967297, \"name\": \"a\", \"node\": \"dev/a\", \"unit\": null}]}",
		LIST "{\"pid\": \"1\", \"name\": \"a\", \"node\": \"dev/a\", \"unit\": null}]}",
		LIST "{\"pid\": 1, \"name\": \"\", \"node\": \"dev/a\", \"unit\": null}]}",
		LIST "{\"pid\": 1, \"name\": \"a\", \"node\": \"/dev/a\", \"unit\": null}]}",
		LIST HOLDER ", \"unit\": null}, 7]}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct holder *holders;
		size_t count;

		ck_assert_msg(recorded_holders_parse(bad[i], CARD, &holders, &count) == -EINVAL,
			      "%s", bad[i]);
	}
}
END_TEST

START_TEST(the_pid_of_a_status_file)
{
	ck_assert_int_eq(
		vm_status_pid("<!--\n-->\n<domstatus state='running' reason='booted' pid='800'>\n"),
		800);
	ck_assert_int_eq(vm_status_pid("<domstatus state='running' reason='booted'>\n"
				       "<vcpu id='0' pid='807'/>"),
			 0);
	ck_assert_int_eq(vm_status_pid("<domain type='kvm' pid='5'>"), 0);
	ck_assert_int_eq(vm_status_pid("<domstatus pid='8x'>"), 0);
	ck_assert_int_eq(vm_status_pid("<domstatus pid='-8'>"), 0);
	ck_assert_int_eq(vm_status_pid("<domstatus pid=''>"), 0);
	ck_assert_int_eq(vm_status_pid("<domstatus pid='99999999999999999999'>"), 0);
	ck_assert_int_eq(vm_status_pid("<domstatus pid='8"), 0);
	ck_assert_int_eq(vm_status_pid(""), 0);
}
END_TEST

START_TEST(scopes_of_libvirt)
{
	ck_assert(unit_is_qemu("machine-qemu\\x2d1\\x2dml.scope"));
	ck_assert(!unit_is_qemu("machine-lxc\\x2d1\\x2dml.scope"));
	ck_assert(!unit_is_qemu("machine-qemu\\x2d1\\x2dml.service"));
	ck_assert(!unit_is_qemu("100.scope"));
	ck_assert(!unit_is_qemu(NULL));
}
END_TEST

Suite *recorded_holders_suite(void)
{
	const TTest *const tests[] = {
		holders_of_the_card,      nobody_and_not_told_differ, other_forms_are_refused,
		the_pid_of_a_status_file, scopes_of_libvirt,          NULL,
	};

	return suite_of("recorded holders", tests);
}
