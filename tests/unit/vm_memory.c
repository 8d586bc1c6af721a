/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a definition says of memory and address width, and whether the host has it. */
#include "base/alloc.h"
#include "base/size.h"
#include "host/memory.h"
#include "host/programs/libvirt/domain_xml.h"
#include "host/vm/node_set.h"
#include "host/vm/vms.h"
#include "probes/memory_room.h"
#include "tests/unit/suites.h"

#include <string.h>

#define GIB_IN_KIB (GIB / KIB)

static json_t *read_domain(const char *inside)
{
	_cleanup_free_ char *xml = xasprintf(
		"<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' "
		"xmlns:o='urn:o'>%s</domain>",
		inside);
	json_t *ret;
	struct error error;

	ck_assert_msg(domain_xml_read(xml, strlen(xml), &ret, &error) == 0, "%s", error.text);
	return ret;
}

static struct vm_memory memory_of(const char *inside)
{
	json_t *domain = read_domain(inside);
	struct vm_memory memory = { 0 };

	ck_assert(vm_memory_read(json_object_get(domain, "memory"), &memory));
	json_decref(domain);
	return memory;
}

static struct address_space space_of(const char *inside)
{
	json_t *domain = read_domain(inside);
	struct address_space space = { 0 };

	ck_assert(address_space_read(json_object_get(domain, "space"), &space));
	json_decref(domain);
	return space;
}

START_TEST(test_sizes)
{
	static const struct {
		const char *text;
		uint64_t kib; /* 0: not told */
	} sizes[] = {
		{ "<memory>1048576</memory>", GIB_IN_KIB },
		{ "<memory unit='KiB'> 1048576\n</memory>", GIB_IN_KIB },
		{ "<memory unit='k'>1</memory>", 1 },
		{ "<memory unit='KB'>1024</memory>", 1000 },
		{ "<memory unit='mib'>1</memory>", 1024 },
		{ "<memory unit='GiB'>16</memory>", 16 * GIB_IN_KIB },
		{ "<memory unit='G'>1</memory>", GIB_IN_KIB },
		{ "<memory unit='TiB'>1</memory>", 1024 * GIB_IN_KIB },
		{ "<memory unit='bytes'>1025</memory>", 2 },
		{ "<memory unit='GiBs'>1</memory>", 0 },
		{ "<memory unit=''>1</memory>", 0 },
		{ "<memory>-1</memory>", 0 },
		{ "<memory>1.5</memory>", 0 },
		{ "<memory unit='EiB'>8</memory>", 0 },
		{ "<memory/>", 0 },
		{ "<o:memory>1</o:memory>", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct vm_memory memory = memory_of(sizes[i].text);

		ck_assert_msg(memory.size_kib == sizes[i].kib, "%s: %llu", sizes[i].text,
			      (unsigned long long)memory.size_kib);
		vm_memory_free(&memory);
	}
}
END_TEST

START_TEST(test_limits_and_nodes)
{
	struct vm_memory memory = memory_of(
		"<maxMemory slots='8' unit='GiB'>64</maxMemory><memory unit='GiB'>16</memory>"
		"<memtune><hard_limit unit='GiB'>17</hard_limit></memtune>"
		"<memoryBacking><locked/></memoryBacking>"
		"<numatune><memory mode='strict' nodeset='0-1'/></numatune>");

	ck_assert(memory.is_limited && memory.is_locked && memory.slots == 8);
	ck_assert_uint_eq(memory.limit_kib, 17 * GIB_IN_KIB);
	ck_assert_uint_eq(memory.maximum_kib, 64 * GIB_IN_KIB);
	ck_assert_str_eq(memory.nodes, "0-1");
	vm_memory_free(&memory);
	memory = memory_of("<memory>1</memory><memtune><hard_limit>9007199254740991</hard_limit>"
			   "</memtune><numatune><memory mode='preferred' nodeset='0'/></numatune>");
	ck_assert(!memory.is_limited && !memory.is_locked && !memory.nodes);
	vm_memory_free(&memory);
}
END_TEST

static const char huge_domain[] =
	"<memory unit='GiB'>12</memory>"
	"<cpu><numa><cell id='0' memory='4' unit='GiB'/><cell memory='8' unit='GiB'/></numa></cpu>"
	"<memoryBacking><hugepages>%s</hugepages></memoryBacking>";

static struct vm_memory pages_of(const char *pages)
{
	const char *at = strstr(huge_domain, "%s");
	_cleanup_free_ char *inside = xasprintf("%.*s%s%s", (int)(at - huge_domain), huge_domain,
						pages, at + strlen("%s"));

	return memory_of(inside);
}

START_TEST(test_huge_pages)
{
	struct vm_memory memory = pages_of("");

	ck_assert(memory.pages_count == 1 && memory.pages[0].page_kib == 0);
	ck_assert_uint_eq(memory.pages[0].memory_kib, 12 * GIB_IN_KIB);
	ck_assert_uint_eq(memory_in_small_pages(&memory), 0);
	vm_memory_free(&memory);
	memory = pages_of("<page size='1' unit='G' nodeset='1'/>");
	ck_assert(memory.pages_count == 1 && memory.pages[0].page_kib == GIB_IN_KIB);
	ck_assert_uint_eq(memory.pages[0].memory_kib, 8 * GIB_IN_KIB);
	ck_assert_uint_eq(memory_in_small_pages(&memory), 4 * GIB_IN_KIB);
	vm_memory_free(&memory);
	memory = pages_of("<page size='2048'/><page size='1' unit='GiB' nodeset='0'/>");
	ck_assert_uint_eq(memory.pages_count, 2);
	ck_assert_uint_eq(memory.pages[0].memory_kib, 4 * GIB_IN_KIB);
	ck_assert(memory.pages[1].page_kib == 2048 && memory.pages[1].memory_kib == 8 * GIB_IN_KIB);
	vm_memory_free(&memory);
	memory = memory_of("<memory>4096</memory><memoryBacking/>");
	ck_assert(memory.pages_count == 0 && memory_in_small_pages(&memory) == 4096);
	vm_memory_free(&memory);
}
END_TEST

START_TEST(test_node_sets)
{
	ck_assert(node_set_has("0", 0) && !node_set_has("0", 1));
	ck_assert(node_set_has("0-3,^2,5", 3) && !node_set_has("0-3,^2,5", 2));
	ck_assert(node_set_has("0-3,^2,5", 5) && !node_set_has("0-3,^2,5", 4));
	ck_assert(node_set_has("^1,1", 1) && !node_set_has("1,^1", 1));
	ck_assert(!node_set_has("", 0) && !node_set_has("x", 0) && !node_set_has("0 1", 1));
	ck_assert(node_set_has("0,", 0) && !node_set_has("99999999999999999999", 7));
}
END_TEST

START_TEST(test_address_width)
{
	struct address_space space = space_of(
		"<os><loader type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader></os>"
		"<cpu mode='host-passthrough'><maxphysaddr mode='passthrough' limit='39'/>"
		"</cpu>");

	ck_assert(space.kvm && !space.own_cpu && space.cpu == CPU_HOST_PASSTHROUGH);
	ck_assert(space.width == WIDTH_PASSTHROUGH && space.limit == 39 && space.bits == 0);
	ck_assert_str_eq(space.loader, "/usr/share/OVMF/OVMF_CODE_4M.fd");
	address_space_free(&space);
	space = space_of("<cpu match='exact'><model> EPYC</model><feature policy='disable' "
			 "name='pdpe1gb'/><maxphysaddr mode='emulate' bits='42'/></cpu>");
	ck_assert(space.cpu == CPU_CUSTOM && space.width == WIDTH_EMULATE && space.bits == 42);
	ck_assert_str_eq(space.gigabyte_pages, "disable");
	ck_assert(!space.loader && !space.has_window);
	address_space_free(&space);
	space = space_of("<cpu mode='host-model'><maxphysaddr mode='emulate' bits='900'/></cpu>"
			 "<qemu:commandline><qemu:arg value='-cpu'/></qemu:commandline>");
	ck_assert(space.cpu == CPU_HOST_MODEL && space.bits == 0 && space.own_cpu);
	address_space_free(&space);
	space = space_of("<cpu mode='host-passthrough'/><qemu:commandline>"
			 "<qemu:arg value='-global'/>"
			 "<qemu:arg value='host-x86_64-cpu.host-phys-bits-limit=39'/>"
			 "</qemu:commandline>");
	ck_assert(!space.own_cpu && space.host_limit == 39 && space.limit == 0);
	address_space_free(&space);
	space = space_of("<qemu:commandline><qemu:arg value='-global'/>"
			 "<qemu:arg value='host-x86_64-cpu.host-phys-bits-limit=x'/>"
			 "</qemu:commandline>");
	ck_assert(space.own_cpu && space.host_limit == 0);
	address_space_free(&space);
	space = space_of("");
	ck_assert(space.cpu == CPU_DEFAULT && space.width == WIDTH_DEFAULT && !space.model);
	address_space_free(&space);
}
END_TEST

START_TEST(test_window_asked)
{
	static const struct {
		const char *argument;
		bool asked;
		uint64_t mib;
	} arguments[] = {
		{ "name=opt/ovmf/X-PciMmio64Mb,string=262144", true, 262144 },
		{ "opt/ovmf/X-PciMmio64Mb,string=65536", true, 65536 },
		{ "name=opt/ovmf/X-PciMmio64Mb,string=64G", false, 0 },
		{ "name=opt/ovmf/X-PciMmio64Mb,string=", false, 0 },
		{ "name=opt/ovmf/X-PciMmio64Mb,string=4294967296", false, 0 },
		{ "name=opt/ovmf/PcdSetNxForStack,string=1", false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(arguments); i++) {
		_cleanup_free_ char *inside = xasprintf(
			"<qemu:commandline><qemu:arg value='-fw_cfg'/><qemu:arg value='%s'/>"
			"</qemu:commandline>",
			arguments[i].argument);
		struct address_space space = space_of(inside);

		ck_assert_msg(space.has_window == arguments[i].asked &&
				      space.window_mib == arguments[i].mib,
			      "%s", arguments[i].argument);
		address_space_free(&space);
	}
}
END_TEST

START_TEST(test_meminfo)
{
	struct host_memory memory;

	ck_assert_int_eq(host_memory_parse("MemTotal:       65536000 kB\nMemFree: 1 kB\n"
					   "MemAvailable:   60000000 kB\nHugepagesize: 2048 kB\n"
					   "Hugetlb:         4194304 kB\n",
					   &memory),
			 0);
	ck_assert(memory.total == 65536000 && memory.available == 60000000);
	ck_assert(memory.hugetlb == 4194304 && memory.huge_page == 2048);
	ck_assert_int_eq(host_memory_parse("MemTotal: 8 kB\nMemAvailable: 8 kB\n"
					   "HugePages_Total:  2\nHugepagesize: 4 kB\n",
					   &memory),
			 0);
	ck_assert_uint_eq(memory.hugetlb, 8);
	/* As bytes it would not fit: as good as not told. */
	ck_assert_int_eq(host_memory_parse("MemTotal: 8 kB\nMemAvailable: 8 kB\n"
					   "Hugetlb: 22222222222222222 kB\n",
					   &memory),
			 0);
	ck_assert_uint_eq(memory.hugetlb, 0);
	ck_assert_int_eq(host_memory_parse("MemTotal: 8 kB\n", &memory), -22);
	ck_assert_int_eq(host_memory_parse("MemTotal: x\nMemAvailable: 8 kB\n", &memory), -22);
	ck_assert_int_eq(host_memory_parse("MemTotal: 18446744073709551615 kB\n"
					   "MemAvailable: 8 kB\n",
					   &memory),
			 -22);
	ck_assert_int_eq(host_memory_parse("", &memory), -22);
}
END_TEST

/* A guest of 16 GiB. */
START_TEST(test_hard_limit)
{
	static const struct {
		bool limited;
		uint64_t limit; /* MiB */
		enum room room;
	} limits[] = {
		{ false, 0, ROOM_ENOUGH },    { true, 17408, ROOM_ENOUGH },
		{ true, 32768, ROOM_ENOUGH }, { true, 17407, ROOM_TIGHT },
		{ true, 16385, ROOM_TIGHT },  { true, 16384, ROOM_NONE },
		{ true, 8192, ROOM_NONE },    { true, 0, ROOM_NONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		struct vm_memory memory = {
			.size_kib = 16 * GIB_IN_KIB,
			.is_limited = limits[i].limited,
			.limit_kib = limits[i].limit * (MIB / KIB),
		};

		ck_assert_int_eq(room_of_limit(&memory), limits[i].room);
	}
}
END_TEST

/* In GiB, on a host of 64: half a GiB is the host's own. */
START_TEST(test_room)
{
	static const struct {
		uint64_t need, available, huge, pinned;
		enum room room;
	} hosts[] = {
		{ 16, 60, 0, 0, ROOM_ENOUGH },   { 16, 8, 0, 0, ROOM_TIGHT },
		{ 63, 63, 0, 0, ROOM_ENOUGH },   { 64, 63, 0, 0, ROOM_NONE },
		{ 80, 60, 0, 0, ROOM_NONE },     { 32, 60, 32, 0, ROOM_NONE },
		{ 31, 31, 32, 0, ROOM_ENOUGH },  { 32, 60, 0, 32, ROOM_NONE },
		{ 16, 20, 20, 20, ROOM_ENOUGH }, { 1, 0, 40, 40, ROOM_NONE },
		{ 0, 0, 64, 64, ROOM_ENOUGH },
	};

	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		const struct host_memory host = {
			.total = 64 * GIB_IN_KIB,
			.available = hosts[i].available * GIB_IN_KIB,
			.hugetlb = hosts[i].huge * GIB_IN_KIB,
		};

		ck_assert_msg(room_in_host(&host, hosts[i].need * GIB_IN_KIB,
					   hosts[i].pinned * GIB_IN_KIB) == hosts[i].room,
			      "%zu", i);
	}
}
END_TEST

START_TEST(test_pool)
{
	const struct huge_pool pool = { .total = 16, .free = 10, .reserved = 2, .overcommit = 4 };
	uint64_t free_pages;

	ck_assert_int_eq(room_in_pool(&pool, 8, &free_pages), ROOM_ENOUGH);
	ck_assert_uint_eq(free_pages, 8);
	ck_assert_int_eq(room_in_pool(&pool, 12, &free_pages), ROOM_TIGHT);
	ck_assert_int_eq(room_in_pool(&pool, 13, &free_pages), ROOM_NONE);
	ck_assert_int_eq(
		room_in_pool(&(struct huge_pool){ .free = 1, .reserved = 2 }, 1, &free_pages),
		ROOM_NONE);
	ck_assert_uint_eq(free_pages, 0);
}
END_TEST

START_TEST(test_size_text)
{
	static const struct {
		uint64_t bytes;
		const char *text, *up;
	} sizes[] = {
		{ 0, "0", "0" },
		{ 4 * KIB, "4 KiB", "4 KiB" },
		{ 512 * MIB, "512 MiB", "512 MiB" },
		{ 16 * GIB, "16 GiB", "16 GiB" },
		{ 1920 * GIB + 52 * MIB, "1920 GiB", "1920.1 GiB" },
		{ 2 * TIB, "2048 GiB", "2048 GiB" },
		{ 56 * TIB, "56 TiB", "56 TiB" },
		{ GIB + GIB / 2, "1.5 GiB", "1.5 GiB" },
		{ 2 * GIB - 1, "1.9 GiB", "2 GiB" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		_cleanup_free_ char *text = size_text(sizes[i].bytes);
		_cleanup_free_ char *up = size_text_up(sizes[i].bytes);

		ck_assert_str_eq(text, sizes[i].text);
		ck_assert_str_eq(up, sizes[i].up);
	}
}
END_TEST

Suite *vm_memory_suite(void)
{
	const TTest *const tests[] = {
		test_sizes,     test_limits_and_nodes, test_huge_pages,
		test_node_sets, test_address_width,    test_window_asked,
		test_meminfo,   test_hard_limit,       test_room,
		test_pool,      test_size_text,        NULL,
	};

	return suite_of("vm_memory", tests);
}
