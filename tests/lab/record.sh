#!/bin/sh
# Runs in the lab host as root: writes a tar of the files that gpucheck's checks read, at their own
# paths, to standard output. Directories that are empty here are in it too.
set -eu

cd /
stage=$(mktemp -d /run/record.XXXXXX)
trap 'rm -rf "$stage"' EXIT

# By reading, not by tar: sysfs and procfs give sizes that are not the files'.
# What cannot be read (a link speed of a device without a link) is not there.
copy_files() {
	for path; do
		[ -f "$path" ] && [ -r "$path" ] || continue
		mkdir -p "$stage/${path%/*}"
		cat "$path" >"$stage/$path" 2>/dev/null || rm -f "$stage/$path"
	done
}

copy_links() {
	for path; do
		# Once only: a second copy would follow the first one.
		[ -L "$path" ] && [ ! -L "$stage/$path" ] || continue
		mkdir -p "$stage/${path%/*}"
		cp -P "$path" "$stage/$path"
	done
}

keep_directory() {
	mkdir -p "$stage/$1"
}

# The path below / that a link leads to.
target_of() {
	readlink -f "$1" | sed 's|^/||'
}

record_function() {
	for name in class vendor device subsystem_vendor subsystem_device revision config resource \
		boot_vga boot_display reset_method driver_override modalias power_state \
		current_link_width max_link_width current_link_speed max_link_speed \
		sriov_numvfs sriov_totalvfs; do
		copy_files "$1/$name"
	done
	copy_links "$1/driver" "$1/iommu_group" "$1/iommu" "$1/physfn" "$1/subsystem"
	copy_files "$1"/vfio-dev/*/dev
}

record_driver() {
	keep_directory "$1"
	copy_links "$1/module" "$1"/*:*:*.*
}

record_iommu_group() {
	keep_directory "$1/devices"
	copy_links "$1"/devices/*
	copy_files "$1/type" "$1/name" "$1/reserved_regions"
}

keep_directory sys/bus/pci/devices
for entry in sys/bus/pci/devices/*; do
	copy_links "$entry"
	function=$(target_of "$entry")
	record_function "$function"
	[ ! -L "$function/driver" ] || record_driver "$(target_of "$function/driver")"
done
[ ! -d sys/bus/pci/drivers/vfio-pci ] || record_driver sys/bus/pci/drivers/vfio-pci

keep_directory sys/kernel/iommu_groups
for group in sys/kernel/iommu_groups/*; do
	[ ! -d "$group" ] || record_iommu_group "$group"
done

keep_directory sys/class/iommu
for entry in sys/class/iommu/*; do
	[ -L "$entry" ] || continue
	copy_links "$entry"
	unit=$(target_of "$entry")
	keep_directory "$unit/devices"
	copy_links "$unit"/devices/* "$unit/device" "$unit/subsystem"
	copy_files "$unit"/intel-iommu/* "$unit"/amd-iommu/*
done

# Of the firmware's tables only the two that tell of an IOMMU have contents here.
keep_directory sys/firmware/acpi/tables
for table in sys/firmware/acpi/tables/*; do
	case $table in
	*/DMAR | */IVRS) copy_files "$table" ;;
	*) [ ! -f "$table" ] || : >"$stage/$table" ;;
	esac
done

copy_links sys/class/misc/kvm
copy_files sys/devices/virtual/misc/kvm/dev
copy_files sys/module/vfio_pci/parameters/* sys/module/vfio_iommu_type1/parameters/* \
	sys/module/vfio/parameters/*

copy_files proc/cmdline proc/interrupts proc/iomem proc/modules proc/sys/kernel/osrelease
# One processor stands for all.
sed '/^$/q' proc/cpuinfo >"$stage/proc/cpuinfo"

release=$(cat proc/sys/kernel/osrelease)
copy_files "lib/modules/$release/modules.builtin"
# Of 20,000 aliases those that can tell something of the card or of a vfio driver.
grep -E -e '^alias (pci:v00001002|vfio_pci:)' -e ' snd_hda_intel$' \
	"lib/modules/$release/modules.alias" >"$stage/lib/modules/$release/modules.alias"

keep_directory etc/default/grub.d
keep_directory etc/modprobe.d
copy_files etc/default/grub etc/default/grub.d/* etc/modprobe.d/* etc/initramfs-tools/modules \
	etc/modules etc/modules-load.d/* etc/udev/rules.d/* "lib/modules/$release/modules.softdep" \
	etc/hostname boot/grub/grub.cfg boot/grub/grubenv

# What the initramfs has: the program's answer stands for the image.
mkdir -p "$stage/gpucheck/initramfs"
echo "{\"root\": null, \"path\": \"boot/initrd.img-$release\"}" |
	/usr/local/lib/gpucheck/gpucheck-initramfs >"$stage/gpucheck/initramfs/initrd.img-$release.json"

# The virtual machines, and what gpucheck-guest answered of each that runs. Without one, no folder of
# libvirt's: then nothing is known of virtual machines, instead of that there are none.
copy_files etc/libvirt/qemu/*.xml run/libvirt/qemu/*.xml
for status in run/libvirt/qemu/*.xml; do
	[ -f "$status" ] || continue
	name=$(basename "$status" .xml)
	address=$(virsh -q domifaddr "$name" | sed -n 's|.* ipv4 *\([0-9.]*\)/.*|\1|p')
	mkdir -p "$stage/gpucheck/guests"
	echo "{\"host\": \"$address\"}" |
		/usr/local/lib/gpucheck/gpucheck-guest >"$stage/gpucheck/guests/$name.json"
done

tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf - .
