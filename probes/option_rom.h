/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest that is silent because its firmware may hang in the card's option ROM. */
#ifndef GPUCHECK_PROBES_OPTION_ROM_H
#define GPUCHECK_PROBES_OPTION_ROM_H

#include "probes/probe.h"

/*
 * What to try for a VM that runs and is silent, as words to go behind a remedy; evidence is shown
 * with them. "" unless the card is a VGA device, its only display, and shows its own ROM: firmware
 * starts the ROM of the first display it finds.
 */
const char *option_rom_hint(const struct subject *subject, struct finding *finding);

#endif
