#!/bin/sh
# Turns the packages below ROOT into the lab host: its files, its key, its initramfs and its GRUB.
# Called by mmdebstrap as the last hook: configure.sh RECIPE PUBLIC-KEY ROOT
set -eu

recipe=$1
public_key=$2
root=$3

# Owners and modes are the image's, whatever the checkout's are.
(cd "$recipe/root" && find . -type f) | while read -r file; do
	install -D -m 644 "$recipe/root/$file" "$root/$file"
done
install -d -m 700 "$root/root/.ssh"
install -m 600 "$public_key" "$root/root/.ssh/authorized_keys"

# Whatever only costs an emulated processor time at each boot. libvirtd starts when its socket is
# asked; to disable it disables its sockets too.
chroot "$root" systemctl disable --quiet libvirtd.service
chroot "$root" systemctl enable --quiet lab-network.service ssh.service \
	libvirtd.socket libvirtd-ro.socket virtlogd.socket
chroot "$root" systemctl mask --quiet systemd-networkd.service systemd-logind.service \
	libvirt-guests.service e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer \
	dpkg-db-backup.timer e2scrub_all.timer fstrim.timer logrotate.timer

chroot "$root" update-initramfs -u -k all

# For the walk in which dracut takes the place of initramfs-tools: the lab host reaches no archive.
# Before it the folder holds all packages of this host.
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get clean
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get --yes --quiet --download-only \
	-o APT::Install-Recommends=false install dracut
install -d "$root/var/cache/lab-dracut"
mv "$root"/var/cache/apt/archives/*.deb "$root/var/cache/lab-dracut/"

# grub-install's part of the work, without a disk: the modules that grub.cfg loads, the
# environment block, and GRUB itself in the form of a Linux kernel (grub.lkrn), which QEMU
# can start, for there is no boot sector before a bare file system.
grub=$root/boot/grub
install -d "$grub/i386-pc"
cp "$root"/usr/lib/grub/i386-pc/*.mod "$root"/usr/lib/grub/i386-pc/*.lst "$grub/i386-pc/"
chroot "$root" grub-editenv /boot/grub/grubenv create
install -m 644 "$recipe/grub-embedded.cfg" "$root/tmp/embedded.cfg"
chroot "$root" grub-mkimage -O i386-pc -p '(hd0)/boot/grub' -c /tmp/embedded.cfg -o /tmp/core.img \
	biosdisk ext2 linux normal
cat "$root/usr/lib/grub/i386-pc/lnxboot.img" "$root/tmp/core.img" >"$root/boot/grub.lkrn"
rm "$root/tmp/embedded.cfg" "$root/tmp/core.img"
