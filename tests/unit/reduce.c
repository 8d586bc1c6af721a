/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeping of a file what checks read of it. */
#include "recording/reduce.h"

#include "base/alloc.h"
#include "tests/unit/suites.h"

#include <stdlib.h>
#include <string.h>

static struct recorded_devices *devices(void)
{
	static struct recorded_devices some;

	if (!some.modaliases.count) {
		strings_add(&some.modaliases,
			    "pci:v000010DEd00002504sv00001462sd0000397Dbc03sc00i00");
		strings_add(&some.modules, "nouveau");
	}
	return &some;
}

/* Reduced it is the other text, and that reduced once more is the same. */
static void becomes(reduce_function *reduce, const char *text, const char *expected)
{
	for (int again = 0; again < 2; again++) {
		const char *from = again ? expected : text;
		size_t length;
		char *got = reduce(devices(), from, strlen(from), &length);

		ck_assert_str_eq(got, expected);
		ck_assert_uint_eq(length, strlen(expected));
		free(got);
	}
}

START_TEST(one_processor)
{
	becomes(reduce_cpuinfo, "processor: 0\nflags: vmx\n\nprocessor: 1\n",
		"processor: 0\nflags: vmx\n\n");
	becomes(reduce_cpuinfo, "processor: 0\nSerial: 10000000abcdef\n", "processor: 0\n\n");
}
END_TEST

START_TEST(first_bytes_of_a_config)
{
	char bytes[4096] = { 0 }, *got;
	size_t length;

	memset(bytes + 256, 's', sizeof(bytes) - 256);
	bytes[6] = 0x10;
	bytes[0x34] = 0x40;
	bytes[0x40] = 0x01;
	bytes[0x41] = 0x50;
	bytes[0x50] = 0x03;
	memcpy(bytes + 0x54, "SERI", 4);
	got = reduce_config(devices(), bytes, sizeof(bytes), &length);
	ck_assert_uint_eq(length, 256);
	ck_assert_mem_eq(got + 0x54, "\0\0\0\0", 4);
	ck_assert_mem_eq(got, bytes, 0x54);
	free(got);
	/* A list of capabilities that leads in a circle, and a short header. */
	bytes[0x41] = 0x40;
	free(reduce_config(devices(), bytes, sizeof(bytes), &length));
	got = reduce_config(devices(), bytes, 3, &length);
	ck_assert_uint_eq(length, 3);
	free(got);
}
END_TEST

START_TEST(lines_of_indexes)
{
	becomes(reduce_aliases,
		"# Aliases\nalias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\n"
		"alias pci:v00008086d* i915\nalias usb:v1 x\nalias vfio_pci:v000015B3d* mlx5\n",
		"alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\nalias vfio_pci:v000015B3d* mlx5\n");
	becomes(reduce_dependencies,
		"kernel/gpu/nouveau.ko.xz: kernel/drm.ko.xz\nkernel/gpu/i915.ko:\n"
		"kernel/vfio/vfio-pci.ko: kernel/vfio/vfio.ko\n",
		"kernel/gpu/nouveau.ko.xz: kernel/drm.ko.xz\n"
		"kernel/vfio/vfio-pci.ko: kernel/vfio/vfio.ko\n");
}
END_TEST

START_TEST(packages_of_firmware)
{
	becomes(reduce_packages,
		"Package: adduser\nStatus: install ok installed\nVersion: 3\n\n"
		"Package: ovmf\nStatus: install ok installed\nMaintainer: A <a@b>\nVersion: 2022.11-6\n\n"
		"Package: zlib\nVersion: 1\n",
		"Package: ovmf\nStatus: install ok installed\nVersion: 2022.11-6\n\n");
}
END_TEST

START_TEST(a_log_without_its_command_line)
{
	becomes(reduce_qemu_log,
		"2026-11-22 14:58:20.541+0000: starting up libvirt version: 9.0.0, hostname: tower\n"
		"/usr/bin/qemu-system-x86_64 \\\n-name guest=ml \\\n-msg timestamp=on\n"
		"2026-11-22T14:58Z qemu-system-x86_64: vfio 0000:01:00.0: no such host device\n"
		"char device redirected to /dev/pts/1\n"
		"2026-11-22 14:58:21.541+0000: shutting down, reason=failed\n",
		"2026-11-22 14:58:20.541+0000: starting up\n"
		"2026-11-22T14:58Z qemu-system-x86_64: vfio 0000:01:00.0: no such host device\n"
		"2026-11-22 14:58:21.541+0000: shutting down, reason=failed\n");
}
END_TEST

START_TEST(our_configuration_without_guests)
{
	becomes(reduce_configuration,
		"; mine\nstrict = yes\n[gpu 01:00.0]\nvm = ml\n guest=a@b\n# x\nrom = off\n",
		"strict = yes\n[gpu 01:00.0]\nvm = ml\nrom = off\n");
}
END_TEST

START_TEST(elements_of_a_definition)
{
	becomes(reduce_definition,
		"<!-- x --><domain type='kvm'>\n  <name>ml</name>\n  <title>Alice</title>\n"
		"  <devices>\n    <emulator>/usr/bin/q</emulator>\n"
		"    <disk type='file'><source file='/home/a'/><address slot='7'/></disk>\n"
		"    <graphics type='vnc' passwd='p' port='1'/>\n"
		"    <hostdev mode='x'><source><address bus='1'/></source></hostdev>\n"
		"  </devices>\n</domain>\n",
		"<domain type='kvm'>\n  <name>ml</name>\n"
		"  <devices>\n    <emulator>/usr/bin/q</emulator>\n"
		"    <disk type='file'><address slot='7'/></disk>\n"
		"    <graphics type='vnc'/>\n"
		"    <hostdev mode='x'><source><address bus='1'/></source></hostdev>\n"
		"  </devices>\n</domain>\n");
	becomes(reduce_definition,
		"<domstatus pid='1'><monitor path='/x'/><domain><uuid>u</uuid></domain></domstatus>",
		"<domstatus pid='1'><domain><uuid>u</uuid></domain></domstatus>\n");
}
END_TEST

START_TEST(broken_definitions_stay_broken)
{
	becomes(reduce_definition, "<domain><name>ml</name><devices>",
		"<domain><name>ml</name><devices>\n<");
	becomes(reduce_definition, "<domain><name>ml</nam></domain>", "<domain><name>\n<");
	becomes(reduce_definition, "<domain><title>a<", "<domain>\n<");
	becomes(reduce_definition, "<!DOCTYPE d [<!ENTITY x SYSTEM '/etc/passwd'>]><domain/>",
		"\n<");
	becomes(reduce_definition, "", "\n");
}
END_TEST

Suite *reduce_suite(void)
{
	const TTest *const tests[] = {
		one_processor,
		first_bytes_of_a_config,
		lines_of_indexes,
		packages_of_firmware,
		a_log_without_its_command_line,
		our_configuration_without_guests,
		elements_of_a_definition,
		broken_definitions_stay_broken,
		NULL,
	};

	return suite_of("reduce", tests);
}
