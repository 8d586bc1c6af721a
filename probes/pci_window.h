/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The room that a guest's firmware has above 4 GiB for the memory BARs of PCI devices, and whether
 * these fit. Arithmetic only: nothing is read.
 *
 * Sources: edk2's OvmfPkg/Library/PlatformInitLib/MemDetect.c (the window), PciHotPlugInitDxe (what
 * every root port reserves) and MdeModulePkg's PciBusDxe/PciResourceSupport.c (the packing);
 * SeaBIOS' src/fw/pciinit.c; QEMU's hw/i386/pc.c (where memory ends).
 */
#ifndef GPUCHECK_PROBES_PCI_WINDOW_H
#define GPUCHECK_PROBES_PCI_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum window_firmware {
	WINDOW_OVMF,       /* edk2-stable202211 and later: an eighth of the address space */
	WINDOW_OVMF_FIXED, /* before: 32 GiB above the memory */
	WINDOW_SEABIOS,    /* what is needed, above the memory, without a look at its end */
};

/* The release that made the window grow with the address width. */
enum { WINDOW_OVMF_RELEASE = 202211 };

/* What QEMU's CPUs claim unless told otherwise (TCG_PHYS_ADDR_BITS), but for host and max. */
enum { WINDOW_DEFAULT_BITS = 40 };

struct window_guest {
	enum window_firmware firmware;
	unsigned bits;       /* physical address bits that the guest's CPU claims */
	unsigned reach;      /* of these, what the host's CPU has */
	bool amd;            /* the guest's CPU says it is AMD's */
	bool gigabyte_pages; /* it has pdpe1gb */
	uint64_t memory_end; /* first address above the guest's memory, hotplug included */
	uint64_t asked;      /* bytes that opt/ovmf/X-PciMmio64Mb asks for; 0 without */
	size_t empty_ports;  /* root ports without any of the items */
};

/* What shares one root port, or one function on the root bus. */
struct window_item {
	uint64_t bars[48]; /* sizes of 64-bit prefetchable memory BARs, powers of two */
	size_t count;
	bool behind_port;
	bool is_card; /* counted among those that fit */
};

struct window_fit {
	uint64_t base, size; /* the window, in bytes */
	uint64_t needed;     /* bytes of it that all items take, gaps included */
	size_t cards;        /* items that are cards */
	size_t fitting;      /* of these, how many would fit; all of them when everything fits */
	bool fits;           /* everything does */
};

/* Reorders the items. Without items everything fits. */
void window_fit(const struct window_guest *guest, struct window_item *items, size_t count,
		struct window_fit *ret);

/*
 * The least number of address bits, up to what the host's CPU has, with which everything fits; 0
 * where no number does. Reorders the items.
 */
unsigned window_bits(const struct window_guest *guest, struct window_item *items, size_t count,
		     unsigned host_bits);

/*
 * The first address above a PC's memory (QEMU's pc_pci_hole64_start): what does not fit below the
 * PCI hole under 4 GiB lies above 4 GiB, and hotplug's memory behind it. maximum is 0 without.
 */
uint64_t window_memory_end(uint64_t size, uint64_t maximum, unsigned slots);

#endif
