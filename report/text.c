/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report for a person: stages in the chain's order, facts in words, one next thing to do. */
#include "base/alloc.h"
#include "report/fleet_text.h"
#include "report/page.h"
#include "report/verdict_colors.h"

#include <string.h>

enum {
	ID_COLUMN = 8,
	ID_WIDTH = 17, /* driver.persistent */
	REASON_COLUMN = ID_COLUMN + ID_WIDTH + 1,
	DETAIL_COLUMN = ID_COLUMN + 2,
	NEXT_COLUMN = 6, /* behind "Next: " */
};

static const char *const headings[STAGES] = {
	[STAGE_HOST] = "Host and firmware", [STAGE_IOMMU] = "IOMMU",
	[STAGE_DRIVER] = "Driver",          [STAGE_DISPLAY] = "Display",
	[STAGE_VM] = "Virtual machine",     [STAGE_GUEST] = "Guest",
};

static void write_head(const struct outcome *outcome, const struct style *style, FILE *out)
{
	_cleanup_free_ char *title = xasprintf("gpucheck %s on %s", outcome->version,
					       outcome->host);

	page_text(title, 0, 4, style, out);
	for (size_t i = 0; i < outcome->card_count; i++) {
		const struct card_name *card = &outcome->cards[i];
		int column = fprintf(out, "GPU %s  ", card->gpu);

		page_text(card->name, column, is_narrow(style) ? 4 : column, style, out);
		if (!*card->companions)
			continue;
		column = fprintf(out, "    with ");
		page_text(card->companions, column, column, style, out);
	}
}

/* "source: value" lines, then the remedy. */
static void write_details(const struct finding *finding, bool evidence, const struct style *style,
			  FILE *out)
{
	for (size_t i = 0; evidence && i < finding->evidence_count; i++) {
		_cleanup_free_ char *line = xasprintf("%s: %s", finding->evidence[i].source,
						      finding->evidence[i].value);

		fprintf(out, "%*s", DETAIL_COLUMN, "");
		page_text(line, DETAIL_COLUMN, DETAIL_COLUMN + 2, style, out);
	}
	if (finding->fix == FIX_NONE)
		return;
	fprintf(out, "%*sfix: ", DETAIL_COLUMN, "");
	page_text(finding->fix_summary, DETAIL_COLUMN + 5, DETAIL_COLUMN + 5, style, out);
}

static void write_result(const struct outcome *outcome, const struct result *result,
			 const struct style *style, FILE *out)
{
	const int column = is_narrow(style) ? ID_COLUMN : REASON_COLUMN;
	enum verdict verdict = result->finding.verdict;
	const char *name = verdict == VERDICT_FAIL ? "FAIL" : verdict_name(verdict);
	_cleanup_free_ char *reason = result->gpu && outcome->card_count > 1
					      ? xasprintf("%s: %s", result->gpu,
							  result->finding.reason)
					      : xstrdup(result->finding.reason);

	if (style->color)
		fprintf(out, "  %s%-5s" COLOR_END " ", verdict_colors[verdict], name);
	else
		fprintf(out, "  %-5s ", name);
	if (is_narrow(style))
		fprintf(out, "%s\n%*s", result->id, ID_COLUMN, "");
	else
		fprintf(out, "%-*s ", ID_WIDTH, result->id);
	page_text(reason, column, column, style, out);
	write_details(&result->finding, style->verbose, style, out);
}

static void write_results(const struct outcome *outcome, const struct style *style, FILE *out)
{
	int stage = -1;

	for (size_t i = 0; i < outcome->count; i++) {
		const struct result *result = &outcome->results[i];

		if (style->quiet && result->finding.verdict <= VERDICT_SKIP)
			continue;
		if (stage != (int)result->stage) {
			stage = (int)result->stage;
			fputc('\n', out);
			page_heading(headings[stage], style, out);
		}
		write_result(outcome, result, style, out);
	}
}

/* The first failure is the first broken link: what comes behind it may be its consequence. */
static const struct result *most_urgent(const struct outcome *outcome)
{
	static const enum verdict order[] = { VERDICT_FAIL, VERDICT_ERROR, VERDICT_WARN };

	for (size_t v = 0; v < ARRAY_SIZE(order); v++)
		for (size_t i = 0; i < outcome->count; i++)
			if (outcome->results[i].finding.verdict == order[v])
				return &outcome->results[i];
	return NULL;
}

static void write_next(const struct outcome *outcome, const struct style *style, FILE *out)
{
	const struct result *first = most_urgent(outcome);
	const struct finding *finding = first ? &first->finding : NULL;

	_cleanup_free_ char *more =
		first ? xasprintf("(gpucheck --explain %s tells more)", first->id) : NULL;
	const char *next = outcome->no_gpu ? "name the card with --gpu; lspci -nn lists what is "
					     "there."
			   : !first        ? NULL
			   : finding->fix_summary ? finding->fix_summary
						  : finding->reason;

	if (!next) {
		page_text("Everything that was checked is as it should be.", 0, 0, style, out);
		return;
	}
	fprintf(out, "Next: ");
	page_text(next, NEXT_COLUMN, NEXT_COLUMN, style, out);
	if (outcome->no_gpu)
		return;
	if (finding->fix_command)
		page_command(finding->fix_command, NEXT_COLUMN, style, out);
	fprintf(out, "%*s", NEXT_COLUMN, "");
	page_text(more, NEXT_COLUMN, NEXT_COLUMN + 1, style, out);
}

static void write_counts(const struct outcome *outcome, const struct style *style, FILE *out)
{
	static const struct {
		enum verdict verdict;
		const char *words;
	} order[] = {
		{ VERDICT_FAIL, "failed" },
		{ VERDICT_ERROR, "could not be measured" },
		{ VERDICT_WARN, "to watch" },
		{ VERDICT_SKIP, "skipped" },
	};

	_cleanup_strings_ struct strings words = { 0 };
	_cleanup_free_ char *joined = NULL;

	strings_take(&words, xasprintf("%zu passed", outcome->counts[VERDICT_PASS]));
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (outcome->counts[order[i].verdict])
			strings_take(&words, xasprintf("%zu %s", outcome->counts[order[i].verdict],
						       order[i].words));
	joined = strings_join(&words, ", ");
	fputc('\n', out);
	page_text(joined, 0, 0, style, out);
}

static void write_text(const struct outcome *outcome, const struct style *style, FILE *out)
{
	if (!style->quiet)
		write_head(outcome, style, out);
	write_results(outcome, style, out);
	if (style->quiet)
		return;
	write_counts(outcome, style, out);
	write_next(outcome, style, out);
}

const struct format text_format = {
	.name = "text",
	.for_people = true,
	.write = write_text,
	.write_fleet = write_fleet_text,
};
