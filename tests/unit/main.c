/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs every unit suite; CK_FORK=no keeps them in one process for a debugger. */
#include "tests/unit/suites.h"

#include <stdlib.h>

Suite *suite_of(const char *name, const TTest *const tests[])
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);

	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(boot_suite());
	int failed;

	srunner_add_suite(runner, boot_framebuffer_suite());
	srunner_add_suite(runner, command_suite());
	srunner_add_suite(runner, engine_suite());
	srunner_add_suite(runner, fleet_suite());
	srunner_add_suite(runner, guest_answer_suite());
	srunner_add_suite(runner, guest_suite());
	srunner_add_suite(runner, holders_suite());
	srunner_add_suite(runner, initramfs_suite());
	srunner_add_suite(runner, iommu_suite());
	srunner_add_suite(runner, modprobe_files_suite());
	srunner_add_suite(runner, modprobe_suite());
	srunner_add_suite(runner, next_binding_suite());
	srunner_add_suite(runner, pci_suite());
	srunner_add_suite(runner, qemu_log_suite());
	srunner_add_suite(runner, recorded_holders_suite());
	srunner_add_suite(runner, pci_window_suite());
	srunner_add_suite(runner, places_suite());
	srunner_add_suite(runner, report_suite());
	srunner_add_suite(runner, reset_suite());
	srunner_add_suite(runner, root_names_suite());
	srunner_add_suite(runner, root_suite());
	srunner_add_suite(runner, root_write_suite());
	srunner_add_suite(runner, vm_memory_suite());
	srunner_add_suite(runner, udev_rules_suite());
	srunner_add_suite(runner, xorg_suite());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
