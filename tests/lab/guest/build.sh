#!/bin/sh
# Runs in the lab host as root: makes the guest's kernel and initramfs below FOLDER, from the host's
# own kernel and programs, and makes the host know the guest.
# build.sh FOLDER NETWORK; init and lease lie beside it.
set -eu

folder=$1
network=$2
sources=$(dirname "$0")
root=$folder/root
release=$(uname -r)

# No database of names: the ids count, and an emulated processor takes a second to read it.
programs="/usr/sbin/dropbear /usr/bin/lspci"

mkdir -p "$root/bin" "$root/dev" "$root/etc/dropbear" "$root/lib/modules" "$root/proc" \
	"$root/root/.ssh" "$root/sys" "$root/tmp"
chmod 700 "$root/root" "$root/root/.ssh"

cp /bin/busybox "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
for file in $programs $(ldd $programs | sed -n 's|.*[ \t]\(/[^ ]*\) (.*|\1|p' | sort -u); do
	mkdir -p "$root${file%/*}"
	cp -L "$file" "$root$file"
done

# In the order in which they are to be loaded.
for module in virtio_pci virtio_net; do
	modprobe --show-depends "$module"
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' | while read -r file; do
	cp "$file" "$root/lib/modules/"
	echo "/lib/modules/${file##*/}" >>"$root/lib/modules/order"
done

install -m 755 "$sources/init" "$root/init"
install -m 755 "$sources/lease" "$root/etc/lease"
echo 'root:*:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:*:0:' >"$root/etc/group"

# Each knows the other: the host's key opens the guest, the guest's key is known to the host,
# whichever address of the network it will get.
[ -f /root/.ssh/id_ed25519 ] || ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
install -m 600 /root/.ssh/id_ed25519.pub "$root/root/.ssh/authorized_keys"
public_key=$(dropbearkey -t ed25519 -f "$root/etc/dropbear/key" | grep '^ssh-ed25519 ')
echo "$network $public_key" >/root/.ssh/known_hosts

(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) >"$folder/initrd"
cp "/boot/vmlinuz-$release" "$folder/vmlinuz"
rm -r "$root"
