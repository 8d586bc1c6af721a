/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record holds. tests/record/test_contents.py holds it against what checks open. */
#include "recording/contents.h"

#include "base/alloc.h"

#define FUNCTION "sys/bus/pci/devices/*"
#define GROUP    "sys/kernel/iommu_groups/*"
#define EFIVARS  "sys/firmware/efi/efivars/"
#define LOADER   "-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define MODULES  "lib/modules/*"

#define NUMBERS(...)                                                         \
	{                                                                    \
		__VA_ARGS__, .kind = RECORD_FILE, .content = CONTENT_NUMBERS \
	}
#define WORDS(...)                                                         \
	{                                                                  \
		__VA_ARGS__, .kind = RECORD_FILE, .content = CONTENT_WORDS \
	}
#define UTF16(...)                                                         \
	{                                                                  \
		__VA_ARGS__, .kind = RECORD_FILE, .content = CONTENT_UTF16 \
	}
#define LINK(...)                                \
	{                                        \
		__VA_ARGS__, .kind = RECORD_LINK \
	}
#define TRACE(...)                                \
	{                                         \
		__VA_ARGS__, .kind = RECORD_TRACE \
	}
#define FOLDER(...)                                \
	{                                          \
		__VA_ARGS__, .kind = RECORD_FOLDER \
	}

/* clang-format off */
const struct recorded recorded_contents[] = {
	/* The running kernel */
	WORDS("proc/cmdline"),
	NUMBERS("proc/sys/kernel/osrelease"),
	NUMBERS("proc/cpuinfo", .reduce = reduce_cpuinfo),
	NUMBERS("proc/interrupts"),
	NUMBERS("proc/iomem"),

	/* Memory, on the whole and of each node */
	NUMBERS("proc/meminfo"),
	FOLDER("sys/kernel/mm/hugepages"),
	NUMBERS("sys/kernel/mm/hugepages/*/free_hugepages"),
	NUMBERS("sys/kernel/mm/hugepages/*/nr_hugepages"),
	NUMBERS("sys/kernel/mm/hugepages/*/nr_overcommit_hugepages"),
	NUMBERS("sys/kernel/mm/hugepages/*/resv_hugepages"),
	NUMBERS("sys/kernel/mm/hugepages/*/surplus_hugepages"),
	NUMBERS("sys/devices/system/node/node*/meminfo"),
	NUMBERS("sys/devices/system/node/node*/hugepages/*/free_hugepages"),

	/* Firmware */
	FOLDER("sys/firmware/acpi/tables"),
	TRACE("sys/firmware/acpi/tables/*"),
	TRACE("sys/firmware/efi"),
	UTF16(EFIVARS "LoaderInfo" LOADER),
	UTF16(EFIVARS "LoaderEntryOneShot" LOADER),
	UTF16(EFIVARS "LoaderEntryDefault" LOADER),

	/* PCI functions */
	FOLDER("sys/bus/pci/devices"),
	LINK(FUNCTION),
	NUMBERS(FUNCTION "/class"),
	NUMBERS(FUNCTION "/vendor"),
	NUMBERS(FUNCTION "/device"),
	NUMBERS(FUNCTION "/modalias"),
	NUMBERS(FUNCTION "/config", .reduce = reduce_config),
	NUMBERS(FUNCTION "/resource"),
	NUMBERS(FUNCTION "/boot_vga"),
	NUMBERS(FUNCTION "/boot_display"),
	NUMBERS(FUNCTION "/reset_method"),
	NUMBERS(FUNCTION "/sriov_numvfs"),
	TRACE(FUNCTION "/reset"),
	TRACE(FUNCTION "/vfio-dev"),
	LINK(FUNCTION "/driver"),
	LINK(FUNCTION "/physfn"),
	LINK(FUNCTION "/iommu"),
	LINK(FUNCTION "/iommu_group"),
	LINK("sys/bus/pci/drivers/*/module"),
	TRACE("sys/bus/pci/drivers/vfio-pci"),

	/* IOMMU */
	FOLDER("sys/class/iommu"),
	LINK("sys/class/iommu/*"),
	NUMBERS("sys/class/iommu/*/intel-iommu/cap"),
	FOLDER(GROUP "/devices"),
	LINK(GROUP "/devices/*"),
	NUMBERS(GROUP "/name"),
	NUMBERS(GROUP "/reserved_regions"),
	NUMBERS("sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"),

	/* Kernel modules and what is said to modprobe and udev */
	FOLDER(MODULES),
	NUMBERS(MODULES "/modules.alias", .reduce = reduce_aliases),
	NUMBERS(MODULES "/modules.builtin"),
	NUMBERS(MODULES "/modules.builtin.modinfo", .reduce = reduce_builtin_aliases),
	NUMBERS(MODULES "/modules.dep", .reduce = reduce_dependencies),
	NUMBERS(MODULES "/modules.softdep"),
	FOLDER("etc/modprobe.d"),
	WORDS("etc/modprobe.d/*.conf"),
	WORDS("run/modprobe.d/*.conf"),
	WORDS("usr/local/lib/modprobe.d/*.conf"),
	WORDS("usr/lib/modprobe.d/*.conf"),
	WORDS("lib/modprobe.d/*.conf"),
	WORDS("etc/modules"),
	WORDS("etc/modules-load.d/*.conf"),
	WORDS("run/modules-load.d/*.conf"),
	WORDS("usr/local/lib/modules-load.d/*.conf"),
	WORDS("usr/lib/modules-load.d/*.conf"),
	WORDS("etc/udev/rules.d/*.rules"),
	TRACE("usr/lib/udev/rules.d/05-driverctl.rules"),
	TRACE("lib/udev/rules.d/05-driverctl.rules"),
	WORDS("etc/driverctl.d/pci-*"),

	/* The boot loader, and what makes its files */
	WORDS("boot/grub/grub.cfg"),
	WORDS("boot/grub/grubenv"),
	WORDS("boot/grub2/grub.cfg"),
	WORDS("boot/grub2/grubenv"),
	WORDS("boot/efi/loader/loader.conf"),
	FOLDER("boot/efi/loader/entries"),
	WORDS("boot/efi/loader/entries/*.conf"),
	WORDS("efi/loader/loader.conf"),
	FOLDER("efi/loader/entries"),
	WORDS("efi/loader/entries/*.conf"),
	WORDS("boot/loader/loader.conf"),
	FOLDER("boot/loader/entries"),
	WORDS("boot/loader/entries/*.conf"),
	TRACE("boot/vmlinuz-*"),
	TRACE("boot/initrd.img-*"),
	WORDS("etc/default/grub"),
	WORDS("etc/default/grub.d/*.cfg"),
	TRACE("usr/sbin/update-grub"),
	NUMBERS("usr/sbin/grub-mkconfig", .reduce = reduce_mkconfig),
	WORDS("etc/kernel/cmdline"),
	WORDS("etc/kernelstub/configuration"),
	TRACE("etc/kernel/proxmox-boot-uuids"),
	TRACE("etc/kernel/postinst.d/initramfs-tools"),
	TRACE("etc/kernel/postinst.d/dracut"),
	TRACE("etc/initramfs-tools"),
	TRACE("etc/initramfs-tools/initramfs.conf"),
	WORDS("etc/initramfs-tools/scripts/init-top/*"),
	WORDS("etc/initramfs-tools/hooks/gpucheck"),
	TRACE("etc/dracut.conf"),
	TRACE("etc/dracut.conf.d"),
	WORDS("etc/dracut.conf.d/90-gpucheck.conf"),

	/* Display */
	TRACE("usr/lib/xorg/Xorg"),
	TRACE("usr/bin/Xorg"),
	WORDS("etc/X11/xorg.conf"),
	WORDS("etc/X11/xorg.conf.d/*.conf"),
	WORDS("usr/share/X11/xorg.conf.d/*.conf"),

	/* Virtual machines */
	{ "etc/libvirt", RECORD_FOLDER, .of_libvirt = true },
	{ "etc/libvirt/qemu/*.xml", RECORD_FILE, CONTENT_WORDS, reduce_definition, true },
	{ "run/libvirt/qemu/*.xml", RECORD_FILE, CONTENT_WORDS, reduce_definition, true },
	{ "var/lib/libvirt/qemu/save/*.save", RECORD_TRACE, .of_libvirt = true },
	WORDS("var/log/libvirt/qemu/*.log", .reduce = reduce_qemu_log),
	NUMBERS("var/lib/dpkg/status", .reduce = reduce_packages),

	/* Our own */
	WORDS("etc/gpucheck.conf", .reduce = reduce_configuration),
};
/* clang-format on */

const size_t recorded_count = ARRAY_SIZE(recorded_contents);

const struct identity_source identity_sources[] = {
	{ "sys/class/net/*/address", IDENTITY_MAC },
	{ "etc/hostname", IDENTITY_HOST },
	{ "proc/sys/kernel/hostname", IDENTITY_HOST },
	{ "etc/mailname", IDENTITY_HOST },
	{ "etc/hosts", IDENTITY_HOSTS },
	{ "sys/class/dmi/id/product_serial", IDENTITY_SERIAL },
	{ "sys/class/dmi/id/board_serial", IDENTITY_SERIAL },
	{ "sys/class/dmi/id/chassis_serial", IDENTITY_SERIAL },
	{ "sys/class/dmi/id/chassis_asset_tag", IDENTITY_SERIAL },
	{ "sys/class/dmi/id/board_asset_tag", IDENTITY_SERIAL },
	{ "sys/block/*/device/serial", IDENTITY_SERIAL },
	{ "sys/block/*/serial", IDENTITY_SERIAL },
	{ "sys/block/*/wwid", IDENTITY_SERIAL },
	{ "sys/block/*/device/wwid", IDENTITY_SERIAL },
};

const size_t identity_source_count = ARRAY_SIZE(identity_sources);
