/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one command that a guest is asked to run. */
#ifndef GPUCHECK_HOST_PROGRAMS_GUEST_COMMAND_H
#define GPUCHECK_HOST_PROGRAMS_GUEST_COMMAND_H

/*
 * For any POSIX sh, behind any login shell: reads sysfs, needs neither lspci nor Python, and of a
 * guest's programs at most modprobe and nvidia-smi, where they are. It changes nothing. Its answer
 * is lines, each of known words:
 *
 *   gpucheck-guest-1
 *   system Linux 6.1.0-26-amd64        uname -sr
 *   pci 0000:01:00.0 0x030000 0x10de 0x2504
 *   bars 0000:01:00.0                  its resource file was read (no bridge, disk, network card)
 *   bar 0000:01:00.0 1 START END FLAGS a line 0 to 5 of it whose flags are not 0
 *   drm 0000:01:00.0 card0             a GPU's DRM device
 *   module 0000:01:00.0 nouveau absent a GPU without driver: what modprobe knows for it; or loaded
 *   driver nvidia 0000:01:00.0
 *   nvidia 550.54.15 closed            NVIDIA's module is loaded: its version or "-"; open, closed
 *                                      or unknown
 *   smi absent                         nvidia-smi is not there; or idle: no GPU is on nvidia; or
 *   smi run                            it was started, and
 *   smi says 00000000:01:00.0          said that: the GPUs' addresses, or what is wrong
 *   smi status 0                       and ended; or
 *   smi late                           was killed after its time
 *   wait                               a second passed
 *   fabric running                     beside an NVSwitch: nv-fabricmanager runs; or absent
 *   end
 */
extern const char guest_command[];

#endif
