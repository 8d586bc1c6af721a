/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.mmio: the guest's 64-bit window and physical address bits hold the BARs of what is passed. */
#include "base/alloc.h"
#include "base/size.h"
#include "probes/guest_window.h"
#include "probes/unread.h"
#include "probes/virsh.h"
#include "probes/window_fix.h"

#include <errno.h>

enum { WHOLE_BITS = 64 };

/* What is not known of the guest decides: with one answer the BARs fit, with another not. */
enum doubt {
	DOUBT_NONE,
	DOUBT_FIRMWARE, /* SeaBIOS or OVMF */
	DOUBT_OVMF,     /* which OVMF */
	DOUBT_QEMU,     /* which QEMU */
};

/* fit is what is taken for true; another guess may say otherwise. */
static enum doubt doubt_about(struct guest_window *window, const struct window_fit *fit)
{
	unsigned bits = window->guest.bits;
	bool is_ovmf = window->guest.firmware != WINDOW_SEABIOS;

	if (!window->firmware_known &&
	    guest_window_under(window, WINDOW_SEABIOS, bits).fits != fit->fits)
		return DOUBT_FIRMWARE;
	if (is_ovmf && !window->ovmf.known &&
	    guest_window_under(window, WINDOW_OVMF_FIXED, bits).fits != fit->fits)
		return DOUBT_OVMF;
	if (!window->bits_are_sure &&
	    guest_window_with(window, WINDOW_DEFAULT_BITS).fits != fit->fits)
		return DOUBT_QEMU;
	return DOUBT_NONE;
}

static const char *firmware_name(const struct guest_window *window)
{
	if (!window->firmware_known)
		return "a firmware that is not known";
	return window->guest.firmware == WINDOW_SEABIOS ? "SeaBIOS" : "OVMF";
}

static void show_evidence(const struct subject *subject, const struct guest_window *window,
			  const struct window_fit *fit, struct finding *finding)
{
	const struct vm_definition *next = vm_next_definition(subject->vm);
	_cleanup_free_ char *source = virsh_command("dumpxml --inactive", subject->vm);
	_cleanup_free_ char *memory = size_text(next->memory.size_kib * KIB);
	_cleanup_free_ char *needed = size_text_up(fit->needed);
	_cleanup_free_ char *size = size_text(fit->size), *base = size_text(fit->base);

	finding_evidence(finding, source, "%u address bits, %s, machine %s, %s of memory",
			 window->guest.bits, firmware_name(window),
			 next->layout.machine ? next->layout.machine : "pc", memory);
	if (next->space.loader)
		finding_evidence(finding, source, "loader %s", next->space.loader);
	finding_evidence(finding, "proc/cpuinfo", "%u bits physical", window->host_bits);
	if (window->unit) {
		_cleanup_free_ char *cap = xasprintf("sys/class/iommu/%s/intel-iommu/cap",
						     window->unit);

		finding_evidence(finding, cap, "maps %u bits", window->iommu_bits);
	}
	if (window->ovmf.known)
		finding_evidence(finding, "var/lib/dpkg/status", "%s", window->ovmf.package);
	finding_evidence(finding, "window by arithmetic", "%s at %s; the BARs take %s of it", size,
			 base, needed);
}

static void show_bars(const struct subject *subject, struct finding *finding)
{
	const struct vm_definition *next = vm_next_definition(subject->vm);

	for (size_t i = 0; i < next->count; i++) {
		struct pci_function *function = pci_find(subject->host, &next->hostdevs[i].source);
		_cleanup_free_ char *path = function ? pci_path(function, "resource") : NULL;
		uint64_t sum = 0;
		struct pci_bar bars[6];
		size_t count;

		if (!function || pci_bars(subject->host, function, bars, &count, NULL) < 0)
			continue;
		for (size_t k = 0; k < count; k++)
			if (guest_window_takes(&bars[k]))
				sum += bars[k].end - bars[k].start + 1;
		if (sum) {
			_cleanup_free_ char *size = size_text(sum);

			finding_evidence(finding, path, "64-bit prefetchable BARs of %s", size);
		}
	}
}

static void say_too_small(const struct subject *subject, struct guest_window *window,
			  const struct window_fit *fit, struct finding *finding)
{
	_cleanup_free_ char *needed = size_text_up(fit->needed), *size = size_text(fit->size);
	struct window_guest wider = window->guest;
	unsigned bits = window_bits(&wider, window->items, window->count, window->host_bits);
	_cleanup_free_ char *enough = bits ? xasprintf("; %u bits would do, and this CPU has %u",
						       bits, window->host_bits)
					   : xstrdup("");

	finding_say(finding, VERDICT_FAIL,
		    "the BARs need %s of the guest's 64-bit window, which has %s (%u address bits, "
		    "%s): %zu of %zu cards would fit%s",
		    needed, size, window->guest.bits, firmware_name(window), fit->fitting,
		    fit->cards, enough);
	window_fix(subject, window, finding);
}

static void say_doubt(const struct subject *subject, struct guest_window *window, enum doubt doubt,
		      const struct window_fit *fit, struct finding *finding)
{
	const struct vm_definition *next = vm_next_definition(subject->vm);
	_cleanup_free_ char *needed = size_text_up(fit->needed);

	if (doubt == DOUBT_FIRMWARE) {
		finding_say(
			finding, VERDICT_WARN,
			"whether the BARs' %s have room depends on the firmware, and what %s is "
			"cannot be told",
			needed, next->space.loader ? next->space.loader : "the VM's");
		finding_fix(finding, FIX_MANUAL, NULL,
			    "use a firmware that libvirt knows: <os firmware='efi'>");
	} else if (doubt == DOUBT_OVMF) {
		finding_say(finding, VERDICT_WARN,
			    "the BARs need %s, for which only an OVMF of November 2022 or later "
			    "(edk2-stable202211) has room; which one this is cannot be told",
			    needed);
		finding_fix(finding, FIX_MANUAL, NULL,
			    "use the OVMF of a package of November 2022 or later (Debian 12 has "
			    "one)");
	} else {
		finding_say(finding, VERDICT_WARN,
			    "the BARs need %s, for which there is room if QEMU is 6.0 or later; %s "
			    "is of an earlier one, whose guests have %d address bits",
			    needed, next->layout.machine, WINDOW_DEFAULT_BITS);
		window_fix_width(subject, window, finding);
	}
}

/* QEMU wants addresses for the memory and a hole behind it, or does not start (7.1 and later). */
static void check_start(const struct subject *subject, struct guest_window *window,
			struct finding *finding)
{
	uint64_t end = window->guest.memory_end + window->hole;
	_cleanup_free_ char *text = size_text_up(end);

	if (end <= UINT64_C(1) << window->guest.bits)
		return;
	finding_say(finding, VERDICT_FAIL,
		    "QEMU does not start the VM: its memory and the PCI hole behind it end at %s, "
		    "beyond %u address bits",
		    text, window->guest.bits);
	window_fix(subject, window, finding);
}

static void check_iommu(const struct subject *subject, struct guest_window *window,
			const struct window_fit *fit, struct finding *finding)
{
	bool is_limited = window->iommu_bits && window->iommu_bits < WHOLE_BITS;
	uint64_t end = is_limited ? UINT64_C(1) << window->iommu_bits : UINT64_MAX;
	_cleanup_free_ char *base = size_text(fit->base);

	if (window->guest.memory_end > end) {
		finding_say(finding, VERDICT_FAIL,
			    "the VM's memory goes beyond the %u bits that the IOMMU (%s) maps",
			    window->iommu_bits, window->unit);
		finding_fix(finding, FIX_MANUAL, NULL, "give the VM less memory");
	} else if (fit->needed && fit->base + fit->needed > end) {
		finding_say(finding, VERDICT_WARN,
			    "the BARs lie at %s in the guest, beyond the %u bits that the IOMMU "
			    "(%s) maps: QEMU warns of it, cards cannot reach each other's memory, "
			    "and shared-memory devices (ivshmem) end the VM",
			    base, window->iommu_bits, window->unit);
		window_fix_width(subject, window, finding);
	}
}

static void judge(const struct subject *subject, struct guest_window *window,
		  struct finding *finding)
{
	struct window_fit fit = guest_window_with(window, window->guest.bits);
	_cleanup_free_ char *needed = size_text_up(fit.needed), *size = size_text(fit.size);
	enum doubt doubt = doubt_about(window, &fit);

	show_evidence(subject, window, &fit, finding);
	show_bars(subject, finding);
	if (doubt != DOUBT_NONE)
		say_doubt(subject, window, doubt, &fit, finding);
	else if (!fit.fits)
		say_too_small(subject, window, &fit, finding);
	if (doubt == DOUBT_NONE && fit.fits)
		check_iommu(subject, window, &fit, finding);
	check_start(subject, window, finding);
	if (fit.needed)
		finding_say(finding, VERDICT_PASS,
			    "the BARs take %s of the guest's 64-bit window of %s (%u address bits)",
			    needed, size, window->guest.bits);
	else
		finding_say(finding, VERDICT_PASS,
			    "no BAR of what the VM is passed needs the 64-bit window");
}

static void run(const struct subject *subject, struct finding *finding)
{
	struct guest_window window;
	struct error error;
	int r = guest_window_read(subject->host, vm_next_definition(subject->vm),
				  subject->card->functions[0], &window, &error);

	if (r == -EOPNOTSUPP) {
		finding_say(finding, VERDICT_SKIP, "%s: its window is not known", error.text);
	} else if (r < 0) {
		say_unread(subject, r, &error, finding);
	} else {
		judge(subject, &window, finding);
		guest_window_free(&window);
	}
}

const struct probe vm_mmio_probe = {
	.id = "vm.mmio",
	.stage = STAGE_VM,
	.scope = SCOPE_VM,
	.title = "the guest has addresses for the card's BARs",
	.needs = "vm.hostdev",
	.meaning =
		"Memory BARs of gigabytes lie above 4 GiB, in a window whose size the guest's firmware "
		"sets. OVMF takes an eighth of the guest's physical address space since November 2022 "
		"(edk2-stable202211), 32 GiB before; SeaBIOS takes what is needed, above the "
		"memory. Each BAR is aligned to its own size, and each root port's BARs to the "
		"largest of them, so a card with small BARs beside a large one takes nearly twice "
		"the large one. What finds no room is left without an address: the guest sees the card and its driver "
		"fails. "
		"The address space is 2 to the power of the CPU's physical address bits: 40 for the "
		"CPU models, and the host's for mode='host-passthrough' (QEMU 6.0 and later). 40 bits "
		"are 128 GiB of window on AMD's CPUs; on Intel's, OVMF does not believe the number "
		"and stays with 32 GiB. 46 bits are 8 TiB. The guest's bits must not exceed the "
		"host CPU's, and a window above what the host's IOMMU maps keeps cards from reaching each "
		"other.",
	.by_hand =
		"$ grep -m1 'address sizes' /proc/cpuinfo\n"
		"on the host and in the guest, and in the guest, for a BAR that found no place:\n"
		"$ dmesg | grep -E 'BAR|no space'\n"
		"The definition (<cpu mode=…>, <maxphysaddr>, <loader>), which OVMF it is, and "
		"the BARs' sizes (Region):\n"
		"$ virsh dumpxml --inactive VM\n"
		"$ dpkg -s ovmf\n"
		"$ lspci -vs 01:00.0\n"
		"The IOMMU's bits on Intel are ((cap >> 16) & 0x3f) + 1 of this hexadecimal "
		"number:\n"
		"$ cat /sys/class/iommu/dmar0/intel-iommu/cap",
	.remedy = "In the VM's definition, <cpu mode='host-passthrough'><maxphysaddr "
		  "mode='passthrough'/></cpu>, with limit='39' where the IOMMU maps 39 bits and "
		  "the CPU has more. The element needs libvirt 8.7, its limit 9.3.\n"
		  "$ virsh edit VM\n"
		  "An OVMF from before November 2022: install a later one.",
	.pitfalls =
		"<maxphysaddr mode='emulate' bits='N'/> does nothing beside mode='host-passthrough': "
		"QEMU takes the host's bits all the same. libvirt refuses opt/ovmf/X-PciMmio64Mb in <sysinfo "
		"type='fwcfg'>; only <qemu:commandline> passes it. pci-hole64-size and <pcihole64> "
		"change what ACPI tells the guest, not what OVMF assigns. \"VFIO_MAP_DMA failed: Invalid "
		"argument\" in QEMU's log is the window above the IOMMU's limit; the card itself "
		"works.",
	.run = run,
};
