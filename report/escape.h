/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from the machine, made safe to print: a device's or guest's string cannot forge a line. */
#ifndef GPUCHECK_REPORT_ESCAPE_H
#define GPUCHECK_REPORT_ESCAPE_H

/*
 * Control characters (C0, DEL, C1), line and paragraph separators, bidirectional overrides and
 * bytes that are no UTF-8 become \xNN; everything else stays. The caller frees it.
 */
char *escape_controls(const char *text);

/*
 * The same for a locale that has ASCII alone. Typographic signs are written out ("..." and "(R)").
 * Letters become \xNN and not their nearest relatives: the name of a VM or a file must not turn
 * into another one that might exist.
 */
char *escape_to_ascii(const char *text);

/* As escape_controls, for a TAP description: backslash and "#" are escaped too. */
char *escape_tap(const char *text);

#endif
