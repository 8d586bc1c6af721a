/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a VM's 64-bit window and of the BARs that it must hold. */
#include "probes/guest_window.h"

#include "base/alloc.h"
#include "base/size.h"
#include "base/strings.h"
#include "host/cpu.h"
#include "host/iommu/iommu_width.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	WIDEST_BITS = 52,   /* TARGET_PHYS_ADDR_SPACE_BITS */
	WIDE_BITS_QEMU = 6, /* its release that gives -cpu host the host's bits unasked */
	ROOT_BUS = 0,
};

#define Q35_HOLE    (32 * GIB) /* Q35_PCI_HOST_HOLE64_SIZE_DEFAULT */
#define I440FX_HOLE (2 * GIB)  /* I440FX_PCI_HOST_HOLE64_SIZE_DEFAULT */

/* IORESOURCE_PREFETCH and IORESOURCE_MEM_64: only such a BAR goes above 4 GiB behind a port. */
#define HIGH_BAR UINT64_C(0x102000)

/* Models of QEMU that have pdpe1gb (libvirt's cpu_map, QEMU's builtin_x86_defs). */
static bool model_has_gigabyte_pages(const char *model)
{
	static const char *const names[] = {
		"EPYC",        "Skylake-Server", "Cascadelake-Server", "Cooperlake",
		"Icelake-Ser", "SapphireRapids", "GraniteRapids",      "SierraForest",
		"Snowridge",   "Opteron_G4",     "Opteron_G5",         "Dhyana",
		"YongFeng",    "ClearwaterFore",
	};

	for (size_t i = 0; model && i < ARRAY_SIZE(names); i++)
		if (starts_with(model, names[i]))
			return true;
	return false;
}

static bool has_gigabyte_pages(const struct address_space *space, const struct cpu *cpu)
{
	const char *policy = space->gigabyte_pages;

	if (policy && (!strcmp(policy, "disable") || !strcmp(policy, "forbid")))
		return false;
	if (policy && space->cpu == CPU_CUSTOM)
		return cpu->gigabyte_pages;
	if (space->cpu == CPU_CUSTOM || space->cpu == CPU_DEFAULT)
		return cpu->gigabyte_pages && model_has_gigabyte_pages(space->model);
	return cpu->gigabyte_pages;
}

/* "pc-q35-5.2" is of a QEMU before 6.0, or of a later one that plays it: which cannot be told. */
static bool is_old_machine(const char *machine)
{
	const char *digits = machine ? strrchr(machine, '-') : NULL;

	return digits && isdigit((unsigned char)digits[1]) &&
	       strtoul(digits + 1, NULL, 10) < WIDE_BITS_QEMU;
}

static unsigned lesser(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* What the guest's CPU claims (QEMU's host_cpu_realizefn, libvirt's qemuBuildCpuCommandLine). */
static unsigned claimed_bits(const struct vm_definition *definition, unsigned host, bool *ret_sure)
{
	const struct address_space *space = &definition->space;
	const char *machine = definition->layout.machine;

	*ret_sure = true;
	if (!space->kvm)
		return WINDOW_DEFAULT_BITS;
	/* libvirt's own limit is set on -cpu itself and wins over -global. */
	if (space->width == WIDTH_PASSTHROUGH && space->limit)
		return lesser(host, space->limit);
	if (space->cpu == CPU_HOST_PASSTHROUGH && space->host_limit)
		return lesser(host, space->host_limit);
	if (space->width == WIDTH_PASSTHROUGH)
		return host;
	if (space->cpu == CPU_HOST_PASSTHROUGH || space->cpu == CPU_MAXIMUM) {
		/* phys-bits=N from mode='emulate' is overridden by the host's. */
		*ret_sure = !is_old_machine(machine);
		return host;
	}
	if (space->width == WIDTH_EMULATE && space->bits)
		return lesser(space->bits, WIDEST_BITS);
	/* Ubuntu's machine types with host-phys-bits. */
	return machine && ends_with(machine, "-hpb") ? host : WINDOW_DEFAULT_BITS;
}

static bool is_behind_port(const struct vm_definition *definition, const struct vm_hostdev *hostdev)
{
	if (hostdev && hostdev->has_guest)
		return hostdev->guest.bus != ROOT_BUS;
	return definition->layout.chipset == CHIPSET_Q35;
}

/* The item of what is already on the same bus of the guest, or a new one. */
static struct window_item *item_for(struct guest_window *window, struct pci_address *places,
				    const struct vm_hostdev *hostdev, bool behind_port)
{
	struct window_item *item;

	for (size_t i = 0; behind_port && hostdev && hostdev->has_guest && i < window->count; i++)
		if (window->items[i].behind_port && places[i].bus == hostdev->guest.bus &&
		    places[i].domain == hostdev->guest.domain)
			return &window->items[i];
	if (hostdev)
		places[window->count] = hostdev->guest;
	item = &window->items[window->count++];
	item->behind_port = behind_port;
	return item;
}

bool guest_window_takes(const struct pci_bar *bar)
{
	uint64_t size = bar->end - bar->start + 1;

	/* The kernel itself takes no other size than a power of two. */
	return (bar->flags & HIGH_BAR) == HIGH_BAR && bar->end > bar->start && !(size & (size - 1));
}

static int add_function(struct host *host, const struct vm_definition *definition,
			const struct vm_hostdev *hostdev, const struct pci_address *source,
			struct pci_address *places, struct guest_window *window,
			struct error *error)
{
	struct pci_function *function = pci_find(host, source);
	bool behind_port = is_behind_port(definition, hostdev);
	struct window_item *item;
	struct pci_bar bars[6];
	size_t count;
	int r;

	/* One that is not there needs no room: vm.hostdev tells of it, and the VM does not start.
	 */
	if (!function)
		return 0;
	r = pci_bars(host, function, bars, &count, error);
	if (r < 0)
		return r;
	item = item_for(window, places, hostdev, behind_port);
	item->is_card |= pci_is_gpu(function);
	for (size_t i = 0; i < count; i++)
		if (guest_window_takes(&bars[i]) && item->count < ARRAY_SIZE(item->bars))
			item->bars[item->count++] = bars[i].end - bars[i].start + 1;
	return 0;
}

static int list_items(struct host *host, const struct vm_definition *definition,
		      struct guest_window *window, struct error *error)
{
	size_t room = definition->count + definition->commandline_count;
	_cleanup_free_ struct pci_address *places = xcalloc(room, sizeof(*places));
	size_t used = 0, ports = 0;
	int r = 0;

	window->items = xcalloc(room, sizeof(*window->items));
	/* One that is unassigned is not in the guest. */
	for (size_t i = 0; r == 0 && i < definition->count; i++)
		if (!definition->hostdevs[i].unassigned)
			r = add_function(host, definition, &definition->hostdevs[i],
					 &definition->hostdevs[i].source, places, window, error);
	for (size_t i = 0; r == 0 && i < definition->commandline_count; i++)
		r = add_function(host, definition, NULL, &definition->commandline[i], places,
				 window, error);
	for (size_t i = 0; i < window->count; i++)
		used += window->items[i].behind_port;
	for (size_t i = 0; i < definition->layout.bus_count; i++) {
		const char *model = definition->layout.buses[i].model;

		ports += model && !strcmp(model, "pcie-root-port");
	}
	window->guest.empty_ports = ports > used ? ports - used : 0;
	return r;
}

static int read_firmware(struct host *host, const struct vm_definition *definition,
			 struct guest_window *window, struct error *error)
{
	enum vm_firmware firmware = definition->layout.firmware;
	int r;

	window->firmware_known = firmware != FIRMWARE_UNKNOWN;
	if (firmware == FIRMWARE_BIOS) {
		window->guest.firmware = WINDOW_SEABIOS;
		return 0;
	}
	r = ovmf_find(host, definition->space.loader, &window->ovmf, error);
	window->guest.firmware = window->ovmf.known && window->ovmf.release < WINDOW_OVMF_RELEASE
					 ? WINDOW_OVMF_FIXED
					 : WINDOW_OVMF;
	return r;
}

/* Why nothing can be told of the definition. */
static int check(const struct vm_definition *definition, struct error *error)
{
	/* Where none is named, libvirt takes "pc". */
	if (definition->layout.machine && definition->layout.chipset == CHIPSET_UNKNOWN)
		return error_set(error, EOPNOTSUPP, "the machine %s is no PC",
				 definition->layout.machine);
	if (definition->space.own_cpu)
		return error_set(error, ENODATA,
				 "<qemu:commandline> sets the CPU: its address bits are not told");
	if (!definition->memory.size_kib)
		return error_set(error, ENODATA, "the definition does not say how much memory");
	return 0;
}

static unsigned reach_of(const struct guest_window *window, unsigned bits)
{
	return window->emulated ? bits : lesser(bits, window->host_bits);
}

static void read_guest(const struct vm_definition *definition, const struct cpu *cpu,
		       struct guest_window *window)
{
	const struct vm_memory *memory = &definition->memory;
	struct window_guest *guest = &window->guest;

	window->host_bits = cpu->address_bits;
	guest->bits = claimed_bits(definition, cpu->address_bits, &window->bits_are_sure);
	window->emulated = !definition->space.kvm;
	guest->reach = reach_of(window, guest->bits);
	/* QEMU emulates AMD's CPUs, and gives its models the host's maker under KVM. */
	guest->amd = cpu->amd || !definition->space.kvm;
	guest->gigabyte_pages = has_gigabyte_pages(&definition->space, cpu);
	guest->memory_end = window_memory_end(memory->size_kib * KIB, memory->maximum_kib * KIB,
					      memory->slots);
	guest->asked = definition->space.has_window ? definition->space.window_mib * MIB : 0;
	window->hole = definition->space.hole_kib * KIB;
	if (!window->hole)
		window->hole = definition->layout.chipset == CHIPSET_Q35 ? Q35_HOLE : I440FX_HOLE;
}

static int read_host(struct host *host, struct pci_function *function, struct cpu *cpu,
		     struct guest_window *window, struct error *error)
{
	int r = cpu_read(host, cpu, error);

	if (r == 0 && !cpu->address_bits)
		r = error_set(error, EINVAL, "/proc/cpuinfo: no address sizes line");
	if (r == 0)
		r = iommu_width(host, function, &window->iommu_bits, &window->unit, error);
	return r;
}

int guest_window_read(struct host *host, const struct vm_definition *definition,
		      struct pci_function *function, struct guest_window *ret, struct error *error)
{
	struct guest_window window = { 0 };
	struct cpu cpu;
	int r = check(definition, error);

	if (r == 0)
		r = read_host(host, function, &cpu, &window, error);
	if (r == 0)
		r = read_firmware(host, definition, &window, error);
	if (r == 0)
		r = list_items(host, definition, &window, error);
	if (r < 0) {
		guest_window_free(&window);
		return r;
	}
	read_guest(definition, &cpu, &window);
	*ret = window;
	return 0;
}

void guest_window_free(struct guest_window *window)
{
	free(window->items);
	free(window->ovmf.package);
	*window = (struct guest_window){ 0 };
}

struct window_fit guest_window_with(struct guest_window *window, unsigned bits)
{
	struct window_guest guest = window->guest;
	struct window_fit fit;

	guest.bits = bits;
	guest.reach = reach_of(window, bits);
	window_fit(&guest, window->items, window->count, &fit);
	return fit;
}

struct window_fit guest_window_under(struct guest_window *window, enum window_firmware firmware,
				     unsigned bits)
{
	enum window_firmware taken = window->guest.firmware;
	struct window_fit fit;

	window->guest.firmware = firmware;
	fit = guest_window_with(window, bits);
	window->guest.firmware = taken;
	return fit;
}

bool guest_window_widened(struct guest_window *window, unsigned *ret_limit)
{
	bool narrow = window->iommu_bits && window->iommu_bits < window->host_bits;

	*ret_limit = narrow ? window->iommu_bits : 0;
	return guest_window_with(window, narrow ? window->iommu_bits : window->host_bits).fits;
}

bool guest_window_can_widen(const struct vm_definition *definition)
{
	return definition->space.kvm && definition->space.cpu != CPU_DEFAULT &&
	       definition->space.width == WIDTH_DEFAULT && !definition->space.host_limit;
}
