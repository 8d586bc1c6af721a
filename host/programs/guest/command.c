/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one command that a guest is asked to run. */
#include "host/programs/guest/command.h"

/*
 * What a PCI function in $d has. Bridges, disks and network cards are no part of a GPU's card, and
 * a guest may have thousands of them: for those nothing is forked or read that is not needed.
 */
#define BARS                                                      \
	"[ -r $d/resource ] && { echo bars $d; n=0; "             \
	"while [ $n -lt 6 ] && read a e f; do "                   \
	"case $f in *[1-9a-f]*) echo bar $d $n $a $e $f;; esac; " \
	"n=$((n+1)); done <$d/resource; }; "
#define DRM_DEVICES "for m in $d/drm/card*; do [ -e $m ] && echo drm $d ${m##*/}; done; "
#define MODULES                                         \
	"[ -e $d/driver ] || { read a <$d/modalias && " \
	"for m in $(modprobe -R $a); do l=absent; "     \
	"[ -d /sys/module/$m ] && l=loaded; echo module $d $m $l; done; } 2>/dev/null; "
#define FUNCTIONS                                                                        \
	"for d in *; do [ -r $d/class ] || continue; "                                   \
	"read c <$d/class; read v <$d/vendor; read i <$d/device; echo pci $d $c $v $i; " \
	"case $c in 0x06*|0x01*|0x02*) continue;; esac; " BARS                           \
	"case $c in 0x03*|0x12*) ;; *) continue;; esac; " DRM_DEVICES MODULES "done; "

#define DRIVERS                                                                       \
	"cd ../drivers 2>/dev/null && for l in */*:*:*.*; do [ -e $l ] || continue; " \
	"echo driver ${l%/*} ${l#*/}; done; "

/* Kept, and said at once: line by line each would be a packet of its own. */
#define LISTING "o=$(" FUNCTIONS DRIVERS "); [ -z \"$o\" ] || echo \"$o\"; "

/* Patterns for the listing: an NVIDIA GPU is in it, one on the driver nvidia, an NVSwitch. */
#define NVIDIA_GPU    "*\" 0x03\"????\" 0x10de \"*|*\" 0x12\"????\" 0x10de \"*"
#define NVIDIA_DRIVER "*\"driver nvidia \"*"
#define NVSWITCH      "*\" 0x0680\"??\" 0x10de \"*"

#define NVIDIA_MODULE                                                               \
	"[ -d /sys/module/nvidia ] && { a=; n=; e=unknown; "                        \
	"read a </sys/module/nvidia/version; read n </proc/driver/nvidia/version; " \
	"case $n in *\"Open Kernel\"*) e=open;; *Kernel*) e=closed;; esac; "        \
	"echo nvidia ${a:--} $e; } 2>/dev/null; "

/*
 * nvidia-smi may take seconds for each GPU, and with a hung one it cannot even be killed: nothing
 * here waits for it but a reader that a clock ends, and that passes the clock's seconds on, so that
 * the other side hears that the guest is alive. All of it hangs on one pipe and lets go of the
 * session's streams. It is asked for bus addresses alone: names and UUIDs stay where they are.
 */
#define NVIDIA_SMI                                                                        \
	"{ ( nvidia-smi --query-gpu=pci.bus_id --format=csv,noheader & p=$!; "            \
	"( n=0; while [ $n -lt 20 ] && sleep 1; do echo wait || exit; n=$((n+1)); done; " \
	"echo late; kill -9 $p ) & t=$!; "                                                \
	"wait $p; echo status $?; kill $t ) & } </dev/null 2>&1 | "                       \
	"{ n=0; while read -r l; do case $l in wait) echo wait;; "                        \
	"late|\"status \"*) echo smi $l; break;; "                                        \
	"*) n=$((n+1)); [ $n -le 100 ] || break; echo smi says \"$l\";; esac; done; }; "
#define NVIDIA                                                                                   \
	"case $o in " NVIDIA_GPU ") " NVIDIA_MODULE "if command -v nvidia-smi >/dev/null 2>&1; " \
	"then case $o in " NVIDIA_DRIVER ") echo smi run; " NVIDIA_SMI                           \
	";; *) echo smi idle;; esac; "                                                           \
	"else echo smi absent; fi;; esac; "

/* The kernel keeps 15 letters of a process' name. */
#define FABRIC_MANAGER                                                                           \
	"case $o in " NVSWITCH ") { n=; f=absent; for p in /proc/[0-9]*/comm; do read n <$p && " \
	"case $n in nv-fabricmanage) f=running;; esac; done; echo fabric $f; } 2>/dev/null;; esac; "

/* No quote inside the outer ones. */
const char guest_command[] =
	"exec sh -c 'LC_ALL=C; export LC_ALL; "
	"PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/run/current-system/sw/bin; "
	"echo gpucheck-guest-1; echo system $(uname -sr); "
	"cd /sys/bus/pci/devices 2>/dev/null || { echo nosys; echo end; exit 0; }; " LISTING NVIDIA
		FABRIC_MANAGER "echo end'";
