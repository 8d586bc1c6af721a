/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The room that a guest's firmware has for the memory BARs of PCI devices. */
#include "probes/pci_window.h"

#include "base/alloc.h"
#include "base/size.h"

#include <stdlib.h>

#define CLASSIC_WINDOW (32 * GIB) /* PcdPciMmio64Size of OvmfPkgX64.dsc */
#define BRIDGE_STEP    MIB        /* a bridge's window is a multiple of it */
/* OVMF takes more only with five-level page tables, which it leaves off for less than 1 TiB. */
#define WIDEST_OVMF     46
#define WIDEST_SMALL    40 /* without pages of 1 GiB */
#define LARGEST_ASKED   (UINT64_C(0x1000000) * MIB)
#define NARROWEST       32
#define WIDEST          52
#define LOWEST_ABOVE_4G (4 * GIB)

/* A piece of the window: a BAR, or all that is behind one port. */
struct piece {
	uint64_t length, alignment;
};

static uint64_t power_of_two_up(uint64_t value)
{
	uint64_t power = 1;

	while (power < value)
		power <<= 1;
	return power;
}

static uint64_t power_of_two_down(uint64_t value)
{
	uint64_t power = power_of_two_up(value);

	return power > value ? power / 2 : power;
}

/* By alignment, the largest first; of the same, what fills its alignment first. */
static int by_alignment(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;
	bool a_rests = a->length % a->alignment, b_rests = b->length % b->alignment;

	if (a->alignment != b->alignment)
		return a->alignment > b->alignment ? -1 : 1;
	return (int)a_rests - (int)b_rests;
}

static int by_size(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? 1 : *a > *b ? -1 : 0;
}

/* Items with the largest BAR last: those that firmware gives up first. */
static int by_largest(const void *left, const void *right)
{
	const struct window_item *a = left, *b = right;

	return by_size(&b->bars[0], &a->bars[0]);
}

/* The bytes from the window's begin to the end of its last piece. */
static uint64_t pack(struct piece *pieces, size_t count)
{
	uint64_t end = 0;

	if (count)
		qsort(pieces, count, sizeof(*pieces), by_alignment);
	for (size_t i = 0; i < count; i++)
		end = align_up(end, pieces[i].alignment) + pieces[i].length;
	return end;
}

/* What a root port takes: its devices' BARs, or what it keeps for hotplug, if that is more. */
static struct piece port_piece(const struct window_item *item, enum window_firmware firmware,
			       uint64_t kept)
{
	struct piece piece = { .alignment = BRIDGE_STEP };

	for (size_t i = 0; item && i < item->count; i++) {
		piece.length = align_up(piece.length, item->bars[i]) + item->bars[i];
		if (item->bars[i] > piece.alignment)
			piece.alignment = item->bars[i];
	}
	piece.length = align_up(piece.length,
				firmware == WINDOW_SEABIOS ? piece.alignment : BRIDGE_STEP);
	if (kept > piece.length)
		piece.length = kept;
	if (kept > piece.alignment)
		piece.alignment = kept;
	return piece;
}

/* Every root port keeps a 256th of a window that is larger than OVMF's old one, for hotplug. */
static uint64_t kept_by_port(const struct window_guest *guest, uint64_t window)
{
	if (guest->firmware != WINDOW_OVMF || window <= CLASSIC_WINDOW)
		return 0;
	return power_of_two_up(window / 256);
}

static uint64_t needed_by(const struct window_guest *guest, const struct window_item *items,
			  size_t count, uint64_t window)
{
	const uint64_t kept = kept_by_port(guest, window);
	size_t room = guest->empty_ports, used = 0;
	struct piece *pieces;
	uint64_t needed;

	for (size_t i = 0; i < count; i++)
		room += items[i].count + 1;
	pieces = xcalloc(room, sizeof(*pieces));
	for (size_t i = 0; i < count; i++) {
		if (items[i].behind_port)
			pieces[used++] = port_piece(&items[i], guest->firmware, kept);
		for (size_t k = 0; !items[i].behind_port && k < items[i].count; k++)
			pieces[used++] = (struct piece){ items[i].bars[k], items[i].bars[k] };
	}
	for (size_t i = 0; kept && i < guest->empty_ports; i++)
		pieces[used++] = port_piece(NULL, guest->firmware, kept);
	needed = pack(pieces, used);
	free(pieces);
	return needed;
}

/* Whether OVMF believes the width: QEMU claims 40 bits by default, whatever the host has. */
static bool is_believed(const struct window_guest *guest)
{
	if (guest->bits > WIDEST_SMALL)
		return true;
	return guest->amd ? guest->bits == 40 : guest->bits == 36 || guest->bits == 39;
}

/* OVMF's window of a fixed size, or of the size that fw_cfg asks for. */
static void place_classic(const struct window_guest *guest, struct window_fit *ret)
{
	uint64_t asked = guest->asked && guest->asked <= LARGEST_ASKED ? guest->asked : 0;

	ret->size = align_up(asked ? asked : CLASSIC_WINDOW, GIB);
	ret->base = align_up(align_up(guest->memory_end, GIB), power_of_two_down(ret->size));
}

static void place_ovmf(const struct window_guest *guest, struct window_fit *ret)
{
	unsigned bits = guest->bits < WIDEST_OVMF ? guest->bits : WIDEST_OVMF;
	uint64_t space;

	place_classic(guest, ret);
	if (guest->firmware == WINDOW_OVMF_FIXED || guest->asked || !is_believed(guest))
		return;
	if (!guest->gigabyte_pages && bits > WIDEST_SMALL)
		bits = WIDEST_SMALL;
	space = UINT64_C(1) << bits;
	if (ret->size >= space / 8 || ret->base + space / 8 >= space)
		return;
	ret->size = space / 8;
	ret->base = space - ret->size;
}

static void place_seabios(const struct window_guest *guest, const struct window_item *items,
			  size_t count, struct window_fit *ret)
{
	uint64_t alignment = GIB, end = UINT64_C(1) << guest->reach;

	for (size_t i = 0; i < count; i++)
		if (items[i].count && items[i].bars[0] > alignment)
			alignment = items[i].bars[0];
	ret->base = align_up(guest->memory_end, alignment);
	ret->size = end > ret->base ? end - ret->base : 0;
}

static void place(const struct window_guest *guest, const struct window_item *items, size_t count,
		  struct window_fit *ret)
{
	if (guest->firmware == WINDOW_SEABIOS)
		place_seabios(guest, items, count, ret);
	else
		place_ovmf(guest, ret);
}

/* A window that the CPU cannot address to its end is of no use behind it. */
static bool holds(const struct window_guest *guest, const struct window_item *items, size_t count,
		  const struct window_fit *window, uint64_t *ret_needed)
{
	uint64_t end = UINT64_C(1) << guest->reach;

	*ret_needed = needed_by(guest, items, count, window->size);
	return *ret_needed <= window->size &&
	       (!*ret_needed || (window->base < end && *ret_needed <= end - window->base));
}

void window_fit(const struct window_guest *guest, struct window_item *items, size_t count,
		struct window_fit *ret)
{
	struct window_fit fit = { 0 };
	uint64_t needed;

	for (size_t i = 0; i < count; i++) {
		qsort(items[i].bars, items[i].count, sizeof(*items[i].bars), by_size);
		fit.cards += items[i].is_card;
	}
	if (count)
		qsort(items, count, sizeof(*items), by_largest);
	place(guest, items, count, &fit);
	fit.fits = holds(guest, items, count, &fit, &fit.needed);
	fit.fitting = fit.cards;
	/* What has the largest BARs is given up first. SeaBIOS places it all the same. */
	for (size_t left = count; left && !holds(guest, items, left, &fit, &needed); left--)
		fit.fitting -= items[left - 1].is_card;
	*ret = fit;
}

unsigned window_bits(const struct window_guest *guest, struct window_item *items, size_t count,
		     unsigned host_bits)
{
	struct window_guest wider = *guest;

	for (unsigned bits = NARROWEST; bits <= host_bits && bits <= WIDEST; bits++) {
		struct window_fit fit;

		wider.bits = wider.reach = bits;
		window_fit(&wider, items, count, &fit);
		if (fit.fits)
			return bits;
	}
	return 0;
}

uint64_t window_memory_end(uint64_t size, uint64_t maximum, unsigned slots)
{
	/* q35 and i440fx keep 2 to 3.5 GiB of it below 4 GiB; the least of that is assumed. */
	uint64_t below = size < 2 * GIB ? size : 2 * GIB;
	uint64_t end = LOWEST_ABOVE_4G + size - below;

	/* Each slot may lose up to 1 GiB to alignment. */
	if (maximum > size)
		end = align_up(end, GIB) + (maximum - size) + slots * GIB;
	return align_up(end, GIB);
}
