/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prometheus' text exposition format 0.0.4, for the textfile collector of node_exporter. The names
 * and labels are a promise: docs/formats.md lists them.
 */
#include "base/alloc.h"
#include "report/escape.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

/* name="value", and what goes before it. Newlines are escaped as everywhere, so none is left. */
static void write_label(const char *before, const char *name, const char *value, FILE *out)
{
	_cleanup_free_ char *safe = escape_controls(value);

	fprintf(out, "%s%s=\"", before, name);
	for (const char *at = safe; *at; at++)
		fprintf(out, *at == '\\' || *at == '"' ? "\\%c" : "%c", *at);
	fputc('"', out);
}

static int compare_texts(const char *one, const char *other)
{
	return strcmp(one ? one : "", other ? other : "");
}

/* Equal label sets stand together, the worst verdict first. */
static int compare_results(const void *a, const void *b)
{
	const struct result *one = *(const struct result *const *)a;
	const struct result *other = *(const struct result *const *)b;
	int r = strcmp(one->id, other->id);

	if (r == 0)
		r = compare_texts(one->gpu, other->gpu);
	if (r == 0)
		r = compare_texts(one->vm, other->vm);
	return r ? r : (int)other->finding.verdict - (int)one->finding.verdict;
}

static bool same_labels(const struct result *one, const struct result *other)
{
	return !strcmp(one->id, other->id) && !compare_texts(one->gpu, other->gpu) &&
	       !compare_texts(one->vm, other->vm);
}

/* A state set: one series a verdict, of which one is 1, as for a unit's states of systemd. */
static void write_states(const char *name, const char *host, const struct result *result, FILE *out)
{
	_cleanup_free_ char *labels = NULL;
	size_t size;
	FILE *stream = xmemstream(&labels, &size);

	fputs(host, stream);
	write_label(*host ? "," : "", "check", result->id, stream);
	write_label(",", "stage", stage_name(result->stage), stream);
	write_label(",", "gpu", result->gpu ? result->gpu : "", stream);
	write_label(",", "vm", result->vm ? result->vm : "", stream);
	fclose(stream);
	for (int v = 0; v < VERDICTS; v++)
		fprintf(out, "%s{%s,verdict=\"%s\"} %d\n", name, labels,
			verdict_name((enum verdict)v), result->finding.verdict == (enum verdict)v);
}

/*
 * Two equal series are an error of the scrape for node_exporter. gpucheck's own results never are,
 * but a report that is merged may say a check twice: the worse one counts.
 */
static void write_verdicts(const char *name, const char *host, const struct outcome *outcome,
			   FILE *out)
{
	const struct result **sorted = xcalloc(outcome->count, sizeof(*sorted));

	for (size_t i = 0; i < outcome->count; i++)
		sorted[i] = &outcome->results[i];
	if (outcome->count)
		qsort(sorted, outcome->count, sizeof(*sorted), compare_results);
	for (size_t i = 0; i < outcome->count; i++)
		if (!i || !same_labels(sorted[i], sorted[i - 1]))
			write_states(name, host, sorted[i], out);
	free(sorted);
}

static void write_counts(const char *name, const char *host, const struct outcome *outcome,
			 FILE *out)
{
	for (int v = 0; v < VERDICTS; v++)
		fprintf(out, "%s{%s%sverdict=\"%s\"} %zu\n", name, host, *host ? "," : "",
			verdict_name((enum verdict)v), outcome->counts[v]);
}

static void write_value(const char *name, const char *host, long long value, FILE *out)
{
	fprintf(out, *host ? "%s{%s} %lld\n" : "%s%s %lld\n", name, host, value);
}

static void write_status(const char *name, const char *host, const struct outcome *outcome,
			 FILE *out)
{
	write_value(name, host, outcome->status, out);
}

static void write_time(const char *name, const char *host, const struct outcome *outcome, FILE *out)
{
	write_value(name, host, (long long)outcome->time, out);
}

static void write_build(const char *name, const char *host, const struct outcome *outcome,
			FILE *out)
{
	fprintf(out, "%s{%s", name, host);
	write_label(*host ? "," : "", "version", outcome->version, out);
	fputs("} 1\n", out);
}

static const struct family {
	const char *name;
	const char *help;
	/* host: the label of that name, or "" */
	void (*write)(const char *name, const char *host, const struct outcome *outcome, FILE *out);
} families[] = {
	{ "gpucheck_check_verdict", "Whether the check has this verdict: 1 for one of the five.",
	  write_verdicts },
	{ "gpucheck_checks", "Checks that have this verdict.", write_counts },
	{ "gpucheck_status",
	  "Exit status: 0 passed, 1 failed, 2 nothing to check, 3 not all could be measured.",
	  write_status },
	{ "gpucheck_last_run_timestamp_seconds", "When the host was checked, in Unix time.",
	  write_time },
	{ "gpucheck_build_info", "The gpucheck that checked the host; always 1.", write_build },
};

static void write_family(const char *name, const char *help, FILE *out)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void write_prometheus(const struct outcome *outcome, const struct style *style, FILE *out)
{
	(void)style;
	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		write_family(families[f].name, families[f].help, out);
		families[f].write(families[f].name, "", outcome, out);
	}
}

/* All series of a family stand together, so hosts are gone through once a family. */
static void write_prometheus_of_fleet(const struct fleet *fleet, const struct style *style,
				      FILE *out)
{
	(void)style;
	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		write_family(families[f].name, families[f].help, out);
		for (size_t i = 0; i < fleet->count; i++) {
			const struct outcome *outcome = &fleet->hosts[i].outcome;
			_cleanup_free_ char *host = NULL;
			size_t size;
			FILE *stream = xmemstream(&host, &size);

			write_label("", "host", outcome->host, stream);
			fclose(stream);
			families[f].write(families[f].name, host, outcome, out);
		}
	}
	write_family("gpucheck_unreadable_reports", "Files that were merged and are no report.",
		     out);
	fprintf(out, "gpucheck_unreadable_reports %zu\n", fleet->unreadable_count);
}

const struct format prometheus_format = {
	.name = "prometheus",
	.write = write_prometheus,
	.write_fleet = write_prometheus_of_fleet,
};
