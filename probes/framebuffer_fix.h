/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remedy of display.console: whether a kernel argument is one here. */
#ifndef GPUCHECK_PROBES_FRAMEBUFFER_FIX_H
#define GPUCHECK_PROBES_FRAMEBUFFER_FIX_H

#include "host/boot/kernel_arguments.h"
#include "probes/probe.h"

#include <stdbool.h>

/* With it the kernel makes nothing of firmware's framebuffer (drivers/firmware/sysfb.c). */
#define FRAMEBUFFER_WORD "initcall_blacklist=sysfb_init"

/* These arguments have that word, or a list with sysfb_init in it. */
bool framebuffer_word_is_in(const struct kernel_arguments *arguments);

/*
 * vfio-pci will take the framebuffer away by itself when it gets the card: it does so since Linux
 * 6.0, for VGA controllers (vfio_pci_vga_init). False once it has the card, and where this cannot
 * be told.
 */
bool framebuffer_goes_by_itself(const struct subject *subject);

/* Set the finding's fix. */
void framebuffer_fix(const struct subject *subject, struct finding *finding);

#endif
