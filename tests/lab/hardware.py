"""The emulated PC: one description, with or without either maker's IOMMU."""

IOMMUS = {
    "vtd": ["-device", "intel-iommu,intremap=on"],
    "amd-vi": ["-device", "amd-iommu,intremap=on"],
    # Switched off in firmware: no such device, so no DMAR or IVRS table either.
    None: [],
}

# 1002:5159, which the kernel's radeon binds by itself, and the audio function of the same card.
CARD = "0000:01:00.0"
CARD_AUDIO = "0000:01:00.1"
# The display that firmware boots on.
INTEGRATED_DISPLAY = "0000:00:02.0"


def arguments(iommu, cpus, memory, disk, grub, serial_log, control_socket):
    """QEMU's command line. memory in MiB; disk a qcow2 file; the rest paths."""
    return [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none",
        "-machine", "q35", "-accel", "tcg,thread=multi",
        # TCG emulates AMD's SVM, so the lab host has /dev/kvm.
        "-cpu", "max", "-smp", str(cpus), "-m", str(memory),
        "-kernel", str(grub),
        "-serial", f"file:{serial_log}",
        "-qmp", f"unix:{control_socket},server=on,wait=off",
        # First of all devices, so that the others are created behind it. AMD's takes the first
        # free slot, 1, which stays free in all variants for that.
        *IOMMUS[iommu],
        "-vga", "none", "-device", "VGA,addr=2",
        "-device", "pcie-root-port,id=rp1,bus=pcie.0,addr=3,chassis=1",
        "-device", "ati-vga,model=rv100,bus=rp1,addr=0.0,multifunction=on",
        "-device", "ich9-intel-hda,bus=rp1,addr=0.1",
        "-drive", f"if=none,id=disk,format=qcow2,cache=unsafe,file={disk}",
        "-device", "virtio-blk-pci,drive=disk,addr=4",
        # Port 0: the system picks a free one, and the control socket tells which.
        # restrict: the lab host reaches nothing outside itself.
        "-netdev", "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22",
        "-device", "virtio-net-pci,netdev=net,addr=5,romfile=",
    ]
