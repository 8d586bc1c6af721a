/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The unit suites, one a file; main.c runs them all. */
#ifndef GPUCHECK_TESTS_UNIT_SUITES_H
#define GPUCHECK_TESTS_UNIT_SUITES_H

#include <check.h>

Suite *boot_framebuffer_suite(void);
Suite *boot_suite(void);
Suite *command_suite(void);
Suite *engine_suite(void);
Suite *fleet_suite(void);
Suite *guest_answer_suite(void);
Suite *guest_suite(void);
Suite *holders_suite(void);
Suite *initramfs_suite(void);
Suite *iommu_suite(void);
Suite *modprobe_files_suite(void);
Suite *modprobe_suite(void);
Suite *next_binding_suite(void);
Suite *pci_suite(void);
Suite *qemu_log_suite(void);
Suite *recorded_holders_suite(void);
Suite *pci_window_suite(void);
Suite *places_suite(void);
Suite *report_suite(void);
Suite *reset_suite(void);
Suite *root_names_suite(void);
Suite *root_suite(void);
Suite *root_write_suite(void);
Suite *vm_memory_suite(void);
Suite *udev_rules_suite(void);
Suite *xorg_suite(void);

/* A suite of one case from a NULL-ended list of tests. */
Suite *suite_of(const char *name, const TTest *const tests[]);

#endif
