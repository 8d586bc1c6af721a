/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many hosts on one page for a person. */
#include "report/fleet_text.h"

#include "base/alloc.h"
#include "report/cell.h"
#include "report/columns.h"
#include "report/page.h"
#include "report/verdict_colors.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
	INDENT = 2,
	LEAST_NAME = 8,
	LEAST_CELL = 4, /* "FAIL" */
};

/* A host with what its place in the table depends on. */
struct row {
	const struct outcome *outcome;
	enum verdict stages[STAGES]; /* the worst of each; VERDICT_SKIP where nothing applied */
	enum verdict worst;
	enum stage first; /* where the worst verdict stands first */
};

static const char *const cells[VERDICTS] = {
	[VERDICT_PASS] = "ok", [VERDICT_SKIP] = "-",    [VERDICT_WARN] = "warn",
	[VERDICT_ERROR] = "?", [VERDICT_FAIL] = "FAIL",
};

/* Skipped is less than passed here: a stage is "-" only where nothing in it applied. */
static enum verdict worse(enum verdict one, enum verdict other)
{
	if (one == VERDICT_SKIP || other == VERDICT_SKIP)
		return one == VERDICT_SKIP ? other : one;
	return one > other ? one : other;
}

static struct row row_of(const struct outcome *outcome)
{
	struct row row = { .outcome = outcome, .worst = VERDICT_SKIP };

	for (size_t s = 0; s < STAGES; s++)
		row.stages[s] = VERDICT_SKIP;
	for (size_t i = 0; i < outcome->count; i++) {
		const struct result *result = &outcome->results[i];
		enum verdict *stage = &row.stages[result->stage];

		*stage = worse(*stage, result->finding.verdict);
	}
	for (size_t s = STAGES; s-- > 0;) {
		row.worst = worse(row.worst, row.stages[s]);
		if (row.stages[s] == row.worst)
			row.first = (enum stage)s;
	}
	return row;
}

static bool has_trouble(const struct row *row)
{
	return row->worst >= VERDICT_WARN || nothing_to_check(row->outcome);
}

/* The worst first; of the equally bad the one whose chain breaks earlier, then by name. */
static int compare_rows(const void *a, const void *b)
{
	const struct row *one = a, *other = b;
	bool empty = nothing_to_check(one->outcome), other_empty = nothing_to_check(other->outcome);

	if (one->worst != other->worst &&
	    (one->worst >= VERDICT_WARN || other->worst >= VERDICT_WARN))
		return one->worst > other->worst ? -1 : 1;
	if (empty != other_empty)
		return empty ? -1 : 1;
	if (one->worst >= VERDICT_WARN && one->first != other->first)
		return one->first < other->first ? -1 : 1;
	return strverscmp(one->outcome->host, other->outcome->host);
}

/* Between columns. */
static int gap(const struct style *style)
{
	return is_narrow(style) ? 1 : 2;
}

static int cell_width(enum stage stage, const struct style *style)
{
	int columns = (int)strlen(stage_name(stage));

	return columns > LEAST_CELL && !is_narrow(style) ? columns : LEAST_CELL;
}

/* Columns for the names: as many as the longest has, as far as the line is wide enough. */
static int name_width(const struct row *rows, size_t count, const struct style *style)
{
	int widest = LEAST_NAME, room = style->width - INDENT;

	for (int s = 0; s < STAGES; s++)
		room -= gap(style) + cell_width((enum stage)s, style);
	for (size_t i = 0; i < count; i++) {
		_cleanup_free_ char *name = page_letters(rows[i].outcome->host, style);
		int columns = columns_of(name, strlen(name));

		widest = columns > widest ? columns : widest;
	}
	if (room < LEAST_NAME)
		room = LEAST_NAME;
	return style->width && widest > room ? room : widest;
}

static void write_cells(const struct row *row, const struct style *style, FILE *out)
{
	for (int s = 0; s < STAGES; s++) {
		enum verdict verdict = row->stages[s];
		/* No blanks at the end of a line. */
		int width = s + 1 < STAGES ? cell_width((enum stage)s, style)
					   : (int)strlen(cells[verdict]);

		fprintf(out, "%*s%s", gap(style), "", style->color ? verdict_colors[verdict] : "");
		cell_padded(cells[verdict], width, out);
		fputs(style->color ? COLOR_END : "", out);
	}
	fputc('\n', out);
}

static void write_table(const struct row *rows, size_t count, const struct style *style, FILE *out)
{
	const int width = name_width(rows, count, style);

	fprintf(out, "\n%*s", INDENT, "");
	cell_padded("HOST", width, out);
	for (int s = 0; s < STAGES; s++)
		fprintf(out, "%*s%-*.*s", gap(style), "",
			s + 1 < STAGES ? cell_width((enum stage)s, style) : 0,
			is_narrow(style) ? LEAST_CELL : INT_MAX, stage_name((enum stage)s));
	fputc('\n', out);
	for (size_t i = 0; i < count; i++) {
		_cleanup_free_ char *name = page_letters(rows[i].outcome->host, style);

		fprintf(out, "%*s", INDENT, "");
		cell_padded(name, width, out);
		write_cells(&rows[i], style, out);
	}
}

/* "  host: text", no wider than the terminal; where there is none nothing is cut off. */
static void write_line(const char *text, const struct style *style, FILE *out)
{
	_cleanup_free_ char *safe = page_letters(text, style);

	fprintf(out, "%*s", INDENT, "");
	cell_cut(safe, style->columns ? style->columns - INDENT : 0, out);
	fputc('\n', out);
}

/* The address is told where it tells something: of several cards. */
static bool has_several_gpus(const struct outcome *outcome)
{
	const char *gpu = NULL;

	for (size_t i = 0; i < outcome->count; i++) {
		const char *other = outcome->results[i].gpu;

		if (gpu && other && strcmp(gpu, other) != 0)
			return true;
		gpu = gpu ? gpu : other;
	}
	return false;
}

static void write_trouble(const struct row *row, const struct style *style, FILE *out)
{
	const struct outcome *outcome = row->outcome;
	const bool name_gpu = has_several_gpus(outcome);

	if (nothing_to_check(outcome)) {
		_cleanup_free_ char *line = xasprintf("%s: there is no GPU to check",
						      outcome->host);

		write_line(line, style, out);
	}
	for (size_t i = 0; i < outcome->count; i++) {
		const struct result *result = &outcome->results[i];
		const char *gpu = name_gpu && result->gpu ? result->gpu : "";
		enum verdict verdict = result->finding.verdict;
		_cleanup_free_ char *line = NULL;

		if (verdict < VERDICT_WARN || (!style->verbose && verdict != row->worst))
			continue;
		line = xasprintf("%s: %s%s%s: %s", outcome->host, result->id, *gpu ? " " : "", gpu,
				 result->finding.reason);
		write_line(line, style, out);
		if (!style->verbose)
			return;
	}
}

static void write_troubles(const struct row *rows, size_t count, const struct style *style,
			   FILE *out)
{
	bool headed = false;

	for (size_t i = 0; i < count; i++) {
		if (!has_trouble(&rows[i]))
			continue;
		if (!headed)
			fputs(style->verbose ? "\nWhat is wrong\n" : "\nThe first broken link\n",
			      out);
		headed = true;
		write_trouble(&rows[i], style, out);
	}
}

static void write_unreadable(const struct fleet *fleet, const struct style *style, FILE *out)
{
	if (fleet->unreadable_count)
		fputs("\nNot read\n", out);
	for (size_t i = 0; i < fleet->unreadable_count; i++) {
		const struct unreadable_report *one = &fleet->unreadable[i];
		_cleanup_free_ char *line = xasprintf("%s: %s", one->file, one->reason);

		write_line(line, style, out);
	}
}

/* "22 hosts: 18 ready, 2 failed, 1 could not be measured; 1 file could not be read" */
static void write_sum(const struct fleet *fleet, const struct row *rows, const struct style *style,
		      FILE *out)
{
	_cleanup_strings_ struct strings parts = { 0 };
	_cleanup_free_ char *list = NULL, *line = NULL, *files = NULL;
	size_t hosts[VERDICTS] = { 0 }, empty = 0, ready;

	for (size_t i = 0; i < fleet->count; i++) {
		if (rows[i].worst >= VERDICT_WARN)
			hosts[rows[i].worst]++;
		else
			empty += nothing_to_check(rows[i].outcome);
	}
	ready = fleet->count - hosts[VERDICT_FAIL] - hosts[VERDICT_ERROR] - hosts[VERDICT_WARN] -
		empty;
	strings_take(&parts, xasprintf("%zu without trouble", ready));
	if (hosts[VERDICT_FAIL])
		strings_take(&parts, xasprintf("%zu failed", hosts[VERDICT_FAIL]));
	if (hosts[VERDICT_ERROR])
		strings_take(&parts, xasprintf("%zu could not be measured", hosts[VERDICT_ERROR]));
	if (hosts[VERDICT_WARN])
		strings_take(&parts, xasprintf("%zu to watch", hosts[VERDICT_WARN]));
	if (empty)
		strings_take(&parts, xasprintf("%zu without a GPU to check", empty));
	list = strings_join(&parts, ", ");
	files = fleet->unreadable_count
			? xasprintf("; %zu file%s could not be read", fleet->unreadable_count,
				    fleet->unreadable_count == 1 ? "" : "s")
			: xstrdup("");
	line = xasprintf("%zu host%s: %s%s", fleet->count, fleet->count == 1 ? "" : "s", list,
			 files);
	fputc('\n', out);
	page_text(line, 0, 2, style, out);
}

void write_fleet_text(const struct fleet *fleet, const struct style *style, FILE *out)
{
	struct row *rows = xcalloc(fleet->count, sizeof(*rows));
	size_t shown = 0;

	for (size_t i = 0; i < fleet->count; i++)
		rows[i] = row_of(&fleet->hosts[i].outcome);
	if (fleet->count)
		qsort(rows, fleet->count, sizeof(*rows), compare_rows);
	/* Those without trouble stand last. */
	while (shown < fleet->count && (!style->quiet || has_trouble(&rows[shown])))
		shown++;
	if (!style->quiet)
		fprintf(out, "gpucheck %s\n", GPUCHECK_VERSION);
	if (shown)
		write_table(rows, shown, style, out);
	write_troubles(rows, shown, style, out);
	write_unreadable(fleet, style, out);
	if (!style->quiet)
		write_sum(fleet, rows, style, out);
	free(rows);
}
