/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kind of function it is, in a word or two. */
#ifndef GPUCHECK_REPORT_CLASS_WORDS_H
#define GPUCHECK_REPORT_CLASS_WORDS_H

/* class: base class and subclass, 0x0300. NULL for one without a word of its own. */
const char *class_words(int class);

#endif
