/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The texts of the files that fixers write: templates/NAME, built into the program by CMake. */
#ifndef GPUCHECK_FIXERS_TEMPLATES_H
#define GPUCHECK_FIXERS_TEMPLATES_H

extern const char template_dracut_drop_in[];
extern const char template_grub_drop_in[];
extern const char template_initramfs_tools_hook[];
extern const char template_modprobe_drop_in[];
extern const char template_udev_rules[];
extern const char template_xorg_drop_in[];

/* The template with value in the place of mark, which stands in it once. The caller frees it. */
char *template_fill(const char *template, const char *mark, const char *value);

#endif
