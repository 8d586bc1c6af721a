/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last run in a QEMU log, and which check explains what it ended with. */
#include "host/vm/qemu_log.h"

#include "base/alloc.h"
#include "host/vm/vms.h"
#include "probes/start_errors.h"
#include "tests/unit/suites.h"
#include "tests/unit/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* As libvirt 9.0 and QEMU 7.2 wrote it, shortened. */
#define FIRST                                                                              \
	"2026-11-20 08:00:00.000+0000: starting up libvirt version: 9.0.0, hostname: vm\n" \
	"/usr/bin/qemu-system-x86_64 \\\n-msg timestamp=on\n"                              \
	"2026-11-20T08:00:01.000000Z qemu-system-x86_64: failed to find romfile \"x\"\n"   \
	"2026-11-20 08:00:01.500+0000: shutting down, reason=failed\n"
#define SECOND                                                                             \
	"2026-11-22 14:58:20.541+0000: starting up libvirt version: 9.0.0, hostname: vm\n" \
	"LC_ALL=C \\\n-name guest=x,group 1 is not viable \\\n-msg timestamp=on\n"         \
	"2026-11-22 14:58:20.541+0000: Domain id=4 is tainted: custom-argv\n"
#define NOT_VIABLE                                                                            \
	"2026-11-22T14:58:20.725600Z qemu-system-x86_64: -device {\"driver\":\"vfio-pci\"}: " \
	"vfio 0000:01:00.0: group 1 is not viable\n"
#define HINT \
	"Please ensure all devices within the iommu_group are bound to their vfio bus driver.\n"
#define FAILED "2026-11-22 14:58:20.735+0000: shutting down, reason=failed\n"

START_TEST(the_last_run_counts)
{
	struct qemu_run run;

	qemu_log_parse(FIRST SECOND NOT_VIABLE HINT FAILED, &run);
	ck_assert_str_eq(run.started, "2026-11-22 14:58:20.541+0000");
	ck_assert_str_eq(run.ended, "failed");
	/* -msg, the taint, the error and its hint; not the lines of the command that go on. */
	ck_assert_uint_eq(run.lines.count, 4);
	ck_assert_str_eq(run.lines.items[0], "-msg timestamp=on");
	qemu_run_free(&run);
	qemu_log_parse(FIRST SECOND, &run);
	ck_assert_ptr_null(run.ended);
	qemu_run_free(&run);
	/* The tail of a long run begins in a line, and behind its start. */
	qemu_log_parse("uid: starting up\n" HINT FAILED, &run);
	ck_assert_ptr_null(run.started);
	ck_assert_str_eq(run.ended, "failed");
	ck_assert_uint_eq(run.lines.count, 2);
	qemu_run_free(&run);
	qemu_log_parse("", &run);
	ck_assert_ptr_null(run.ended);
	ck_assert_uint_eq(run.lines.count, 0);
	qemu_run_free(&run);
}
END_TEST

START_TEST(only_a_file_of_the_system_s_libvirt_is_read)
{
	_cleanup_free_ char *path = qemu_log_path("ml");
	struct qemu_run run;
	struct host *host;
	char *tree = tree_make(), *long_text = xcalloc((1 << 20) + 1, 1);

	ck_assert_str_eq(path, "var/log/libvirt/qemu/ml.log");
	ck_assert_ptr_null(qemu_log_path("../../../../etc/passwd"));
	memset(long_text, '\n', 1 << 20);
	memcpy(long_text + (1 << 20) - strlen(SECOND FAILED), SECOND FAILED, strlen(SECOND FAILED));
	tree_put(tree, path, long_text);
	tree_put(tree, "var/log/libvirt/x.log", SECOND FAILED);
	tree_link(tree, "var/log/libvirt/qemu/loop.log", "loop.log");
	ck_assert_int_eq(host_open(tree, &host, NULL), 0);
	ck_assert_int_eq(qemu_log_read(host, "ml", &run, NULL), 0);
	ck_assert_str_eq(run.ended, "failed");
	ck_assert_uint_lt(run.lines.count, 64 << 10);
	qemu_run_free(&run);
	ck_assert_int_eq(qemu_log_read(host, "other", &run, NULL), -ENOENT);
	ck_assert_int_eq(qemu_log_read(host, "../x", &run, NULL), -ENOENT);
	ck_assert_int_eq(qemu_log_read(host, "loop", &run, NULL), -ELOOP);
	vms_connect(host, "qemu:///session");
	ck_assert_int_eq(qemu_log_read(host, "ml", &run, NULL), -ENOENT);
	host_close(host);
	free(long_text);
	tree_remove(tree);
}
END_TEST

static const char *checks_for(const char *line)
{
	struct strings lines = { 0 };
	const char *found_line;
	const struct start_error *found;

	strings_add(&lines, line);
	strings_add(&lines, "Please ensure all devices are bound to their vfio bus driver.");
	found = start_error_find(&lines, &found_line);
	strings_free(&lines);
	return found ? found->checks : "nothing";
}

/* What such lines look like: from QEMU's sources, and from the reports of those who met them. */
START_TEST(known_errors_name_their_checks)
{
	static const struct {
		const char *line, *checks;
	} known[] = {
		{ NOT_VIABLE, "iommu.isolated or driver.vfio" },
		{ "vfio 0000:01:00.0: failed to setup container for group 13: Failed to set group "
		  "container: Invalid argument",
		  "iommu.reserved" },
		{ "failed to setup container for group 12: failed to set iommu for container: "
		  "Operation not permitted",
		  "iommu.remapping or iommu.reserved" },
		{ "vfio 0000:01:00.0: failed to open /dev/vfio/14: Device or resource busy",
		  "vm.conflict or driver.users" },
		{ "vfio 0000:01:00.0: Could not open '/dev/vfio/14': Device or resource busy",
		  "vm.conflict or driver.users" },
		{ "vfio 0000:01:00.0: failed to open /dev/vfio/14: No such file or directory",
		  "driver.vfio" },
		{ "failed to setup container for group 1: failed to open /dev/vfio/vfio: No such "
		  "file or directory",
		  "iommu.enabled" },
		{ "vfio 0000:00:00.0: no iommu_group found: No such file or directory",
		  "iommu.enabled" },
		{ "failed to setup container for group 1: No available IOMMU models",
		  "iommu.enabled" },
		{ "vfio 0000:01:00.0: error getting device from group 14: No such device",
		  "driver.vfio" },
		{ "qemu-system-x86_64: VFIO_MAP_DMA failed: Cannot allocate memory", "vm.memory" },
		{ "memory listener initialization failed: Region pc.ram: "
		  "vfio_dma_map(0x55ba53e7a9d0, 0x100000000, 0xff30000000, 0x7ed243e00000) = -12 "
		  "(Cannot allocate memory)",
		  "vm.memory" },
		{ "Region mem: vfio_container_dma_map(0x1, 0x2, 0x3, 0x4) = -22 (Invalid argument)",
		  "vm.mmio" },
		{ "Address space limit 0xffffffffff < 0x2087fffffff phys-bits too low (40)",
		  "vm.mmio" },
		{ "cannot set up guest memory 'pc.ram': Cannot allocate memory", "vm.memory" },
		{ "PCI: slot 2 function 0 not available for vfio-pci, in use by virtio-net-pci",
		  "vm.address" },
		{ "failed to find romfile \"/nonexistent\"", NULL },
		{ "Could not access KVM kernel module: No such file or directory", "host.kvm" },
		{ "warning: host doesn't support requested feature: CPUID.80000001H", "nothing" },
		{ "terminating on signal 15 from pid 2093 (/usr/sbin/libvirtd)", "nothing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		ck_assert_pstr_eq(checks_for(known[i].line), known[i].checks);
}
END_TEST

START_TEST(the_last_known_error_counts)
{
	const struct start_error *found;
	struct qemu_run run;
	const char *line;

	qemu_log_parse(FIRST SECOND NOT_VIABLE "VFIO_MAP_DMA failed: Cannot allocate memory\n" HINT,
		       &run);
	found = start_error_find(&run.lines, &line);
	ck_assert_str_eq(found->checks, "vm.memory");
	ck_assert_str_eq(line, "VFIO_MAP_DMA failed: Cannot allocate memory");
	qemu_run_free(&run);
	/* Nothing of an earlier start, nor of the command line. */
	qemu_log_parse(FIRST SECOND HINT FAILED, &run);
	ck_assert_ptr_null(start_error_find(&run.lines, &line));
	qemu_run_free(&run);
}
END_TEST

/* Each has its line in the contract's catalogue; some come with a later version. */
START_TEST(the_table_names_checks)
{
	static const char contract[] =
		" host.kvm host.gpu iommu.enabled iommu.remapping iommu.reserved iommu.isolated "
		"driver.vfio driver.users driver.reset vm.functions vm.conflict vm.address vm.mmio "
		"vm.memory ";

	for (size_t i = 0; i < start_error_count; i++) {
		const char *cursor = start_errors[i].checks, *word;
		const char *end = cursor ? cursor + strlen(cursor) : NULL;
		size_t length;

		while (cursor && next_word(&cursor, end, &word, &length)) {
			_cleanup_free_ char *id = xasprintf(" %.*s ", (int)length, word);

			ck_assert_msg(!strcmp(id, " or ") || strstr(contract, id), "%s", id);
		}
	}
}
END_TEST

Suite *qemu_log_suite(void)
{
	const TTest *const tests[] = {
		the_last_run_counts,
		only_a_file_of_the_system_s_libvirt_is_read,
		known_errors_name_their_checks,
		the_last_known_error_counts,
		the_table_names_checks,
		NULL,
	};

	return suite_of("qemu_log", tests);
}
