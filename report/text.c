/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report for a person: stages in the chain's order, facts in words, one next thing to do. */
#include "base/alloc.h"
#include "report/escape.h"
#include "report/fleet_text.h"
#include "report/fold.h"
#include "report/report.h"
#include "report/verdict_colors.h"

#include <string.h>

enum {
	ID_COLUMN = 8,
	ID_WIDTH = 17, /* driver.persistent */
	REASON_COLUMN = ID_COLUMN + ID_WIDTH + 1,
	DETAIL_COLUMN = ID_COLUMN + 2,
};

static const char *const headings[STAGES] = {
	[STAGE_HOST] = "Host and firmware", [STAGE_IOMMU] = "IOMMU",
	[STAGE_DRIVER] = "Driver",          [STAGE_DISPLAY] = "Display",
	[STAGE_VM] = "Virtual machine",     [STAGE_GUEST] = "Guest",
};

static void write_bold(const char *text, const struct style *style, FILE *out)
{
	fprintf(out, style->color ? "\033[1m%s" COLOR_END "\n" : "%s\n", text);
}

static void write_safe(const char *text, int column, int indent, const struct style *style,
		       FILE *out)
{
	_cleanup_free_ char *safe = escape_controls(text);

	fold(safe, column, indent, style->width, out);
}

static void write_head(const struct outcome *outcome, const struct style *style, FILE *out)
{
	_cleanup_free_ char *host = escape_controls(outcome->host);

	fprintf(out, "gpucheck %s on %s\n", outcome->version, host);
	for (size_t i = 0; i < outcome->card_count; i++) {
		const struct card_name *card = &outcome->cards[i];
		int column = fprintf(out, "GPU %s  ", card->gpu);

		write_safe(card->name, column, column, style, out);
		if (!*card->companions)
			continue;
		column = fprintf(out, "    with ");
		write_safe(card->companions, column, column, style, out);
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
		write_safe(line, DETAIL_COLUMN, DETAIL_COLUMN + 2, style, out);
	}
	if (finding->fix == FIX_NONE)
		return;
	fprintf(out, "%*sfix: ", DETAIL_COLUMN, "");
	write_safe(finding->fix_summary, DETAIL_COLUMN + 5, DETAIL_COLUMN + 5, style, out);
}

static void write_result(const struct outcome *outcome, const struct result *result,
			 const struct style *style, FILE *out)
{
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
	fprintf(out, "%-*s ", ID_WIDTH, result->id);
	write_safe(reason, REASON_COLUMN, REASON_COLUMN, style, out);
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
			write_bold(headings[stage], style, out);
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

	if (outcome->no_gpu) {
		fprintf(out, "Next: name the card with --gpu; lspci -nn lists what is there.\n");
		return;
	}
	if (!first) {
		fprintf(out, "Everything that was checked is as it should be.\n");
		return;
	}
	fprintf(out, "Next: ");
	write_safe(finding->fix_summary ? finding->fix_summary : finding->reason, 6, 6, style, out);
	if (finding->fix_command) {
		_cleanup_free_ char *command = escape_controls(finding->fix_command);

		fprintf(out, "      $ %s\n", command);
	}
	fprintf(out, "      (gpucheck --explain %s tells more)\n", first->id);
}

static void write_counts(const struct outcome *outcome, FILE *out)
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

	fprintf(out, "\n%zu passed", outcome->counts[VERDICT_PASS]);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (outcome->counts[order[i].verdict])
			fprintf(out, ", %zu %s", outcome->counts[order[i].verdict], order[i].words);
	fputc('\n', out);
}

static void write_text(const struct outcome *outcome, const struct style *style, FILE *out)
{
	if (!style->quiet)
		write_head(outcome, style, out);
	write_results(outcome, style, out);
	if (style->quiet)
		return;
	write_counts(outcome, out);
	write_next(outcome, style, out);
}

const struct format text_format = {
	.name = "text",
	.write = write_text,
	.write_fleet = write_fleet_text,
};
