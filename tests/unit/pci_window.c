/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The 64-bit window of a guest, with the numbers that edk2's, SeaBIOS' and QEMU's sources give. */
#include "probes/pci_window.h"
#include "base/alloc.h"
#include "base/size.h"
#include "host/iommu/iommu_width.h"
#include "host/vm/ovmf.h"
#include "tests/unit/suites.h"

#include <stdlib.h>
#include <string.h>

enum { CARDS = 8, SIZES = 5, SMALL_BAR_MIB = 64 };

static const uint64_t sizes[SIZES] = { 16 * GIB, 32 * GIB, 64 * GIB, 128 * GIB, 256 * GIB };

/*
 * How many cards have room, for BARs of 16, 32, 64, 128 and 256 GiB, up to eight; one BAR a card,
 * each behind a root port of its own, a guest of 16 GiB, whose memory ends at 18 GiB.
 *
 * OVMF (edk2-stable202211, PlatformInitLib/MemDetect.c). PlatformAddressWidthFromCpuid believes any
 * width from 41, Intel's 36 and 39 and AMD's 40; PlatformDynamicMmioWindow then takes 2^(bits-3),
 * if that is more than PcdPciMmio64Size (32 GiB) and fits below 2^bits behind it; else these 32
 * GiB, aligned to 32 GiB above the memory: at 32 GiB. 36: 2^33 is 8 GiB, less than 32: 32
 * GiB, 32..64 of 64.     16: 2, 32: 1, more: 0 39: 2^36 is 64 GiB, at 448 of 512. 16: 4, 32: 2, 64:
 * 1 40: not believed on Intel: 32 GiB; on AMD 2^37, 128 GiB:   16: 8, 32: 4, 64: 2, 128: 1 41: 256
 * GiB                                                16, 32: 8, 64: 4, 128: 2, 256: 1 46: 8 TiB,
 * and 48 and 52 are cut to 46 (4-level paging): 8 of each. Before that release (PciMmio64 of 32 GiB
 * for every width): 16: 2, 32: 1.
 *
 * SeaBIOS (rel-1.16.2, pci_bios_map_devices): from the memory's end, aligned to the largest BAR,
 * one behind the other, to the end of the address space: (2^bits - base) / BAR, where base is 32
 * GiB for the two smaller BARs and the BAR itself for the others. 36:  64 GiB: (64-32)/16 = 2,
 * (64-32)/32 = 1, none 39: 512 GiB: 30, 15, (512-64)/64 = 7, (512-128)/128 = 3, (512-256)/256 = 1
 *   40:   1 TiB: 62, 31, 15, 7, 3
 *   41:   2 TiB: 126, 63, 31, 15, 7
 *   46:  64 TiB: all
 */
static const struct {
	enum window_firmware firmware;
	unsigned bits;
	bool amd;
	size_t room[SIZES];
} rows[] = {
	{ WINDOW_OVMF, 36, false, { 2, 1, 0, 0, 0 } },
	{ WINDOW_OVMF, 39, false, { 4, 2, 1, 0, 0 } },
	{ WINDOW_OVMF, 40, false, { 2, 1, 0, 0, 0 } },
	{ WINDOW_OVMF, 40, true, { 8, 4, 2, 1, 0 } },
	{ WINDOW_OVMF, 41, false, { 8, 8, 4, 2, 1 } },
	{ WINDOW_OVMF, 46, false, { 8, 8, 8, 8, 8 } },
	{ WINDOW_OVMF, 48, true, { 8, 8, 8, 8, 8 } },
	{ WINDOW_OVMF, 52, false, { 8, 8, 8, 8, 8 } },
	{ WINDOW_OVMF_FIXED, 36, false, { 2, 1, 0, 0, 0 } },
	{ WINDOW_OVMF_FIXED, 39, false, { 2, 1, 0, 0, 0 } },
	{ WINDOW_OVMF_FIXED, 40, true, { 2, 1, 0, 0, 0 } },
	{ WINDOW_OVMF_FIXED, 46, false, { 2, 1, 0, 0, 0 } },
	{ WINDOW_OVMF_FIXED, 48, false, { 2, 1, 0, 0, 0 } },
	{ WINDOW_OVMF_FIXED, 52, true, { 2, 1, 0, 0, 0 } },
	{ WINDOW_SEABIOS, 36, false, { 2, 1, 0, 0, 0 } },
	{ WINDOW_SEABIOS, 39, false, { 8, 8, 7, 3, 1 } },
	{ WINDOW_SEABIOS, 40, false, { 8, 8, 8, 7, 3 } },
	{ WINDOW_SEABIOS, 41, true, { 8, 8, 8, 8, 7 } },
	{ WINDOW_SEABIOS, 46, false, { 8, 8, 8, 8, 8 } },
	{ WINDOW_SEABIOS, 48, true, { 8, 8, 8, 8, 8 } },
	{ WINDOW_SEABIOS, 52, false, { 8, 8, 8, 8, 8 } },
};

static struct window_guest guest_of(enum window_firmware firmware, unsigned bits, bool amd)
{
	return (struct window_guest){
		.firmware = firmware,
		.bits = bits,
		.reach = bits,
		.amd = amd,
		.gigabyte_pages = true,
		.memory_end = window_memory_end(16 * GIB, 0, 0),
	};
}

/* So many cards with a BAR of this size, and one of small MiB where that is not 0. */
static struct window_fit fit_of(const struct window_guest *guest, size_t cards, uint64_t bar,
				uint64_t small)
{
	struct window_item items[CARDS] = { 0 };
	struct window_fit fit;

	for (size_t i = 0; i < cards; i++) {
		items[i] = (struct window_item){ .behind_port = true, .is_card = true };
		if (small)
			items[i].bars[items[i].count++] = small * MIB;
		items[i].bars[items[i].count++] = bar;
	}
	window_fit(guest, items, cards, &fit);
	return fit;
}

START_TEST(test_table)
{
	for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
		struct window_guest guest = guest_of(rows[row].firmware, rows[row].bits,
						     rows[row].amd);

		for (size_t size = 0; size < SIZES; size++)
			for (size_t cards = 1; cards <= CARDS; cards++) {
				struct window_fit fit = fit_of(&guest, cards, sizes[size], 0);
				size_t room = rows[row].room[size];

				ck_assert_msg(fit.fitting == (cards < room ? cards : room) &&
						      fit.cards == cards &&
						      fit.fits == (cards <= room),
					      "firmware %d, %u bits, %zu of %llu GiB: %zu",
					      (int)rows[row].firmware, rows[row].bits, cards,
					      (unsigned long long)(sizes[size] / GIB), fit.fitting);
			}
	}
}
END_TEST

/*
 * Seen with QEMU 7.2 and Debian 12's OVMF (2022.11), pci-testdev with membar= as cards: an AMD
 * guest of 1 GiB with 40 bits, window 896..1024 GiB, and Intel's, window 32..64 GiB.
 */
START_TEST(test_seen_with_ovmf)
{
	struct window_guest guest = guest_of(WINDOW_OVMF, 40, true);
	struct window_fit fit;

	guest.memory_end = window_memory_end(GIB, 0, 0);
	fit = fit_of(&guest, 8, 16 * GIB, 0);
	ck_assert(fit.fits && fit.base == 896 * GIB && fit.size == 128 * GIB);
	/* 16 GiB at 896, 928, 960, 992, each with 64 MiB behind; a fifth one found no place. */
	ck_assert(fit_of(&guest, 4, 16 * GIB, SMALL_BAR_MIB).fits);
	ck_assert_uint_eq(fit_of(&guest, 5, 16 * GIB, SMALL_BAR_MIB).fitting, 4);
	ck_assert(fit_of(&guest, 1, 64 * GIB, SMALL_BAR_MIB).fits);
	/* Eight empty root ports keep 512 MiB each: of eight cards seven have room, and seven do.
	 */
	guest.empty_ports = 8;
	ck_assert_uint_eq(fit_of(&guest, 8, 16 * GIB, 0).fitting, 7);
	ck_assert(fit_of(&guest, 7, 16 * GIB, 0).fits);
	/* Seven cards leave 16 GiB: room for 32 such ports, and with one more a card lost its
	 * place. */
	guest.empty_ports = 32;
	ck_assert(fit_of(&guest, 7, 16 * GIB, 0).fits);
	guest.empty_ports = 33;
	ck_assert(!fit_of(&guest, 7, 16 * GIB, 0).fits);
	guest.empty_ports = 0;
	guest.amd = false;
	fit = fit_of(&guest, 3, 16 * GIB, 0);
	ck_assert(!fit.fits && fit.base == 32 * GIB && fit.size == 32 * GIB && fit.fitting == 2);
	ck_assert(fit_of(&guest, 1, 32 * GIB, 0).fits);
	ck_assert_uint_eq(fit_of(&guest, 1, 32 * GIB, SMALL_BAR_MIB).fitting, 0);
}
END_TEST

/* Seen with QEMU 7.2 and SeaBIOS 1.16.2: every port's part is a multiple of its largest BAR. */
START_TEST(test_seen_with_seabios)
{
	struct window_guest guest = guest_of(WINDOW_SEABIOS, 46, false);
	struct window_item item = { .bars = { 16 * GIB, 64 * MIB }, .count = 2, .is_card = true };
	struct window_item items[2] = { item, item };
	struct window_fit fit;

	guest.memory_end = window_memory_end(GIB, 0, 0);
	fit = fit_of(&guest, 8, 256 * GIB, SMALL_BAR_MIB);
	ck_assert(fit.fits && fit.base == 256 * GIB && fit.needed == 8 * 512 * GIB);
	/* On the root bus: 16 GiB at 16 and 32, 64 MiB at 48 GiB and behind it. */
	window_fit(&guest, items, 2, &fit);
	ck_assert(fit.base == 16 * GIB && fit.needed == 32 * GIB + 128 * MIB);
}
END_TEST

/* Eight H100 (128 GiB and small ones): seven strides of 256 GiB and a last card; 2 TiB hold that.
 */
START_TEST(test_bits_that_do)
{
	struct window_guest guest = guest_of(WINDOW_OVMF, 40, false);
	struct window_item items[CARDS];

	for (size_t i = 0; i < CARDS; i++)
		items[i] = (struct window_item){
			.bars = { 16 * MIB, 128 * GIB, 32 * MIB },
			.count = 3,
			.behind_port = true,
		};
	ck_assert_uint_eq(window_bits(&guest, items, CARDS, 46), 44);
	ck_assert_uint_eq(window_bits(&guest, items, CARDS, 43), 0);
	ck_assert_uint_eq(window_bits(&guest, items, 1, 46), 41);
	ck_assert_uint_eq(window_bits(&guest, items, 0, 46), 32);
	guest.firmware = WINDOW_OVMF_FIXED;
	ck_assert_uint_eq(window_bits(&guest, items, 1, 52), 0);
	/* 64 GiB asked for: none too much for 32-bit arithmetic of another kind. */
	guest.asked = 256 * GIB;
	ck_assert_uint_eq(window_bits(&guest, items, 1, 52), 39);
}
END_TEST

/* Without pages of 1 GiB OVMF cuts the width to 40; what the host's CPU lacks is out of reach. */
START_TEST(test_limits)
{
	struct window_guest guest = guest_of(WINDOW_OVMF, 46, false);
	struct window_fit fit;

	guest.gigabyte_pages = false;
	fit = fit_of(&guest, 1, 128 * GIB, 0);
	ck_assert(fit.fits && fit.base == 896 * GIB && fit.size == 128 * GIB);
	ck_assert(!fit_of(&guest, 2, 128 * GIB, 0).fits);
	guest = guest_of(WINDOW_OVMF, 46, false);
	guest.reach = 39;
	ck_assert(!fit_of(&guest, 1, 16 * GIB, 0).fits);
	ck_assert(fit_of(&guest, 0, 16 * GIB, 0).fits);
	/* A guest as large as the address space leaves no eighth of it. */
	guest = guest_of(WINDOW_OVMF, 39, false);
	guest.memory_end = 450 * GIB;
	fit = fit_of(&guest, 1, 16 * GIB, 0);
	ck_assert(fit.fits && fit.base == 480 * GIB && fit.size == 32 * GIB);
}
END_TEST

START_TEST(test_memory_end)
{
	ck_assert_uint_eq(window_memory_end(GIB, 0, 0), 4 * GIB);
	ck_assert_uint_eq(window_memory_end(16 * GIB, 0, 0), 18 * GIB);
	ck_assert_uint_eq(window_memory_end(16 * GIB, 16 * GIB, 8), 18 * GIB);
	ck_assert_uint_eq(window_memory_end(16 * GIB, 64 * GIB, 8), 74 * GIB);
}
END_TEST

START_TEST(test_ovmf_release)
{
	static const struct {
		const char *version;
		unsigned release; /* 0: none */
	} versions[] = {
		{ "2022.11-6+deb12u2", 202211 },
		{ "2022.02-3ubuntu0.22.04.2", 202202 },
		{ "4.2023.08-4", 202308 },
		{ "0~20200229.4c0f6e34-1", 202002 },
		{ "1:2025.02-8", 202502 },
		{ "", 0 },
		{ "3.20210831-1", 202108 },
		{ "2022.13-1", 0 },
		{ "120221.11", 0 },
		{ "20", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		unsigned release = 0;

		ck_assert_int_eq(ovmf_release(versions[i].version, &release),
				 versions[i].release != 0);
		ck_assert_uint_eq(release, versions[i].release);
	}
}
END_TEST

START_TEST(test_dpkg_version)
{
	static const char status[] =
		"Package: ovmf-ia32\nStatus: install ok installed\n"
		"Version: 1\n\n"
		"Package: ovmf\nStatus: deinstall ok config-files\n"
		"Version: 2020.11-2\n\n"
		"Package: seabios\nStatus: install ok installed\nVersion: 1.16\n";
	_cleanup_free_ char *version = dpkg_version(status, "seabios");

	ck_assert_str_eq(version, "1.16");
	ck_assert_ptr_null(dpkg_version(status, "ovmf"));
	ck_assert_ptr_null(dpkg_version("", "ovmf"));
}
END_TEST

START_TEST(test_iommu_width)
{
	static const struct {
		const char *text;
		unsigned width; /* 0: refused */
	} caps[] = {
		{ "d2008c40660462\n", 39 },
		{ "d2008c222f0686\n", 48 },
		{ "d2008c22260206", 39 },
		{ "0x10\n", 0 },
		{ "", 0 },
		{ "\n", 0 },
		{ "12 34\n", 0 },
		{ "-1\n", 0 },
		{ "ffffffffffffffffff\n", 0 },
		{ "3f0000\n", 64 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(caps); i++) {
		unsigned width = 0;

		ck_assert_int_eq(iommu_width_parse(caps[i].text, &width), caps[i].width ? 0 : -22);
		ck_assert_uint_eq(width, caps[i].width);
	}
}
END_TEST

Suite *pci_window_suite(void)
{
	const TTest *const tests[] = {
		test_table,
		test_seen_with_ovmf,
		test_seen_with_seabios,
		test_bits_that_do,
		test_limits,
		test_memory_end,
		test_ovmf_release,
		test_dpkg_version,
		test_iommu_width,
		NULL,
	};

	return suite_of("pci_window", tests);
}
