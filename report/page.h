/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all texts for a person are made of: in the style's width, letters and colours. */
#ifndef GPUCHECK_REPORT_PAGE_H
#define GPUCHECK_REPORT_PAGE_H

#include "base/strings.h"
#include "report/report.h"

enum {
	/* Below this, text stands under what it belongs to and no longer beside it. */
	NARROW_COLUMNS = 60,
};

bool is_narrow(const struct style *style);

/* For what is drawn or copied: it may have the whole terminal, not only what is good to read. */
int widest(const struct style *style);

/* The text as the style's locale shows it, what could forge a line escaped; the caller frees it. */
char *page_letters(const char *text, const struct style *style);

/* A text of the machine or of ours, folded from column `column` on (fold.h). */
void page_text(const char *text, int column, int indent, const struct style *style, FILE *out);

/* A line "$ command" behind `indent` columns. */
void page_command(const char *command, int indent, const struct style *style, FILE *out);

/* The command alone, from column `column` on. */
void page_bare_command(const char *command, int column, const struct style *style, FILE *out);

/* Lines of a page of --explain: paragraphs, and commands, each a line that begins with "$ ". */
void page_paragraphs(const char *text, int indent, const struct style *style, FILE *out);

/* "- text", each; nothing for an empty list. */
void page_list(const struct strings *items, int indent, const struct style *style, FILE *out);

void page_heading(const char *text, const struct style *style, FILE *out);

#endif
