/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors that QEMU is known to end a start with, and which check explains each.
 *
 * The texts are those of QEMU 7.2 (Debian 12), with its files above them, and of 10.x, where those
 * of hw/vfio/common.c stand in container-legacy.c, device.c and listener.c. Behind a colon follows
 * strerror's word, in English, since libvirt starts QEMU with LC_ALL=C.
 */
#include "probes/start_errors.h"

#include "base/alloc.h"

#include <string.h>

#define NO_MEMORY "Cannot allocate memory"
#define INVALID   "Invalid argument"
#define BUSY      "Device or resource busy"
#define MISSING   "No such file or directory"

/* A special case stands before the general one. */
const struct start_error start_errors[] = {
	/* hw/vfio/pci.c: vfio_realize */
	{ "no such host device", NULL, "host.gpu", "the card is not at this address any more" },
	{ "no iommu_group found", NULL, "iommu.enabled", "the card is in no IOMMU group" },

	/* hw/vfio/common.c: vfio_connect_container; the second form since 10.1 (util/osdep.c) */
	{ "open /dev/vfio/vfio", MISSING, "iommu.enabled", "vfio is not there" },
	{ "open '/dev/vfio/vfio'", MISSING, "iommu.enabled", "vfio is not there" },
	{ "No available IOMMU models", NULL, "iommu.enabled", "vfio found no IOMMU" },
	/*
	 * The kernel's reasons: EINVAL where firmware wants memory mapped one to one (iommu.c,
	 * since 6.6), EPERM for the same in an older intel/iommu.c and where interrupts are not
	 * remapped (vfio_iommu_type1.c), EBUSY where the group's DMA has another owner.
	 */
	{ "set group container", BUSY, "iommu.isolated or vm.conflict",
	  "something else has the card's group" },
	{ "set group container", NULL, "iommu.reserved",
	  "firmware keeps memory of the card's group for itself" },
	{ "set iommu for container", NULL, "iommu.remapping or iommu.reserved",
	  "the kernel will not let this IOMMU serve a VM" },

	/* hw/vfio/common.c: vfio_get_group, whose node opens once; vfio_get_device */
	{ "open /dev/vfio/", BUSY, "vm.conflict or driver.users", "something else has the card" },
	{ "open '/dev/vfio/", BUSY, "vm.conflict or driver.users", "something else has the card" },
	{ "open /dev/vfio/", MISSING, "driver.vfio", "the card was not on a vfio driver" },
	{ "open '/dev/vfio/", MISSING, "driver.vfio", "the card was not on a vfio driver" },
	{ "group ", "is not viable", "iommu.isolated or driver.vfio",
	  "a function in the card's group was on a driver of the host" },
	{ "error getting device from group", BUSY, "vm.conflict or driver.users",
	  "something else has the card" },
	{ "error getting device from group", NULL, "driver.vfio",
	  "a function was not on a vfio driver, or did not answer" },

	/* hw/vfio/common.c: vfio_dma_map, vfio_listener_region_add */
	{ "VFIO_MAP_DMA failed", NO_MEMORY, "vm.memory", "the guest's memory could not be pinned" },
	{ "dma_map(", NO_MEMORY, "vm.memory", "the guest's memory could not be pinned" },
	{ "VFIO_MAP_DMA failed", INVALID, "vm.mmio", "an address of the guest is not the IOMMU's" },
	{ "dma_map(", INVALID, "vm.mmio", "an address of the guest is not the IOMMU's" },
	{ "can't map guest IOVA region", NULL, "vm.mmio",
	  "an address of the guest is not the IOMMU's" },
	/* hw/i386/pc.c: pc_memory_init */
	{ "phys-bits too low", NULL, "vm.mmio", "the guest's physical address bits do not reach" },

	/* softmmu/physmem.c: ram_block_add, file_ram_alloc; util/oslib-posix.c: qemu_prealloc_mem
	 */
	{ "cannot set up guest memory", NO_MEMORY, "vm.memory",
	  "the host had not that much memory free" },
	{ "unable to map backing store", NO_MEMORY, "vm.memory",
	  "the host had not that many huge pages free" },
	{ "preallocating memory failed", NULL, "vm.memory",
	  "the host had not that much memory free" },

	/* hw/pci/pci.c: do_pci_register_device, pci_qdev_realize, pci_add_option_rom */
	{ "PCI: slot ", NULL, "vm.address", "two devices have one address in the guest" },
	{ "PCI: no slot/function available", NULL, "vm.address", "the guest's bus is full" },
	{ "failed to find romfile", NULL, NULL,
	  "the file of the definition's <rom> is not there, or QEMU may not read it" },

	/* hw/vfio/pci.c: vfio_pci_load_rom, vfio_pci_pre_reset, vfio_pci_hot_reset. These alone end
	 * nothing; they are the best guess where nothing else is said behind them. */
	{ "option ROM contents are probably invalid", NULL, NULL,
	  "the card's option ROM cannot be read, and <rom bar='off'/> in its <hostdev> does without "
	  "it" },
	{ "power on device, stuck in D", NULL, "host.gpu or driver.reset",
	  "the card did not wake up" },
	{ "Cannot reset device", "not owned", "vm.functions or iommu.isolated",
	  "a reset takes along what the VM was not given" },
	{ "Cannot reset device", NULL, "driver.reset", "the card has no reset" },

	/* accel/kvm/kvm-all.c: kvm_init */
	{ "access KVM kernel module", NULL, "host.kvm", "KVM is not usable" },
};

const size_t start_error_count = ARRAY_SIZE(start_errors);

static const struct start_error *find(const char *line)
{
	for (size_t i = 0; i < start_error_count; i++) {
		const char *at = strstr(line, start_errors[i].says);

		if (at && (!start_errors[i].also ||
			   strstr(at + strlen(start_errors[i].says), start_errors[i].also)))
			return &start_errors[i];
	}
	return NULL;
}

const struct start_error *start_error_find(const struct strings *lines, const char **ret_line)
{
	for (size_t i = lines->count; i > 0; i--) {
		const struct start_error *found = find(lines->items[i - 1]);

		if (!found)
			continue;
		*ret_line = lines->items[i - 1];
		return found;
	}
	return NULL;
}
