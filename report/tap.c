/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TAP version 13, which Debian 12's prove understands (testanything.org, version 13). */
#include "base/alloc.h"
#include "report/escape.h"
#include "report/json_text.h"
#include "report/report.h"

static void write_pair(FILE *out, const char *indent, const char *key, const char *value)
{
	_cleanup_free_ char *quoted = json_quote(value);

	fprintf(out, "%s%s: %s\n", indent, key, quoted);
}

/* A JSON string is a YAML scalar too, so values cannot break out of their line. */
static void write_yaml(const struct result *result, FILE *out)
{
	const struct finding *finding = &result->finding;

	fprintf(out, "  ---\n");
	write_pair(out, "  ", "verdict", verdict_name(finding->verdict));
	write_pair(out, "  ", "title", result->title);
	write_pair(out, "  ", "reason", finding->reason);
	if (finding->evidence_count)
		fprintf(out, "  evidence:\n");
	for (size_t i = 0; i < finding->evidence_count; i++) {
		write_pair(out, "    - ", "source", finding->evidence[i].source);
		write_pair(out, "      ", "value", finding->evidence[i].value);
	}
	if (finding->fix != FIX_NONE) {
		fprintf(out, "  fix:\n");
		write_pair(out, "    ", "kind", fix_kind_name(finding->fix));
		write_pair(out, "    ", "summary", finding->fix_summary);
		if (finding->fix_command)
			write_pair(out, "    ", "command", finding->fix_command);
	}
	fprintf(out, "  ...\n");
}

/* host: NULL in the report of one host. */
static void write_point(const struct outcome *outcome, size_t at, const char *host, size_t number,
			const struct style *style, FILE *out)
{
	const struct result *result = &outcome->results[at];
	enum verdict verdict = result->finding.verdict;
	_cleanup_free_ char *reason = escape_tap(result->finding.reason);

	fprintf(out, "%s %zu -", counts_as_failure(outcome, verdict) ? "not ok" : "ok", number);
	if (host)
		fprintf(out, " %s", host);
	fprintf(out, " %s", result->id);
	if (result->gpu)
		fprintf(out, " %s", result->gpu);
	fprintf(out, verdict == VERDICT_SKIP ? " # SKIP %s\n" : " %s\n", reason);
	if (verdict == VERDICT_WARN)
		fprintf(out, "# warning: %s%s%s: %s\n", host ? host : "", host ? " " : "",
			result->id, reason);
	if (verdict != VERDICT_PASS || style->verbose)
		write_yaml(result, out);
}

static void write_tap(const struct outcome *outcome, const struct style *style, FILE *out)
{
	fprintf(out, "TAP version 13\n1..%zu\n", outcome->count);
	for (size_t i = 0; i < outcome->count; i++)
		write_point(outcome, i, NULL, i + 1, style, out);
	/* The points are the host's alone, and may all be ok: behind a pipe status 2 is not seen.
	 */
	if (outcome->no_gpu)
		fprintf(out, "Bail out! there is no GPU to check\n");
}

static void write_unreadable(const struct unreadable_report *unreadable, size_t number, FILE *out)
{
	_cleanup_free_ char *file = escape_tap(unreadable->file);
	_cleanup_free_ char *reason = escape_tap(unreadable->reason);

	fprintf(out, "not ok %zu - %s %s\n  ---\n", number, file, reason);
	write_pair(out, "  ", "file", unreadable->file);
	write_pair(out, "  ", "reason", unreadable->reason);
	fprintf(out, "  ...\n");
}

static void write_tap_of_fleet(const struct fleet *fleet, const struct style *style, FILE *out)
{
	size_t number = 1, count = fleet->unreadable_count;

	for (size_t h = 0; h < fleet->count; h++)
		count += fleet->hosts[h].outcome.count;
	fprintf(out, "TAP version 13\n1..%zu\n", count);
	for (size_t h = 0; h < fleet->count; h++) {
		const struct outcome *outcome = &fleet->hosts[h].outcome;
		_cleanup_free_ char *host = escape_tap(outcome->host);

		for (size_t i = 0; i < outcome->count; i++)
			write_point(outcome, i, host, number++, style, out);
		/* One host is no reason to give up the others. */
		if (nothing_to_check(outcome))
			fprintf(out, "# warning: %s: there is no GPU to check\n", host);
	}
	for (size_t i = 0; i < fleet->unreadable_count; i++)
		write_unreadable(&fleet->unreadable[i], number++, out);
}

const struct format tap_format = {
	.name = "tap",
	.write = write_tap,
	.write_fleet = write_tap_of_fleet,
};
