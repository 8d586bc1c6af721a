/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JUnit XML, as Jenkins' and GitLab's readers take it: a suite a host, a test case a check. It has
 * no warning: one passes, and its text is the case's output.
 */
#include "base/alloc.h"
#include "base/date.h"
#include "report/report.h"
#include "report/xml_text.h"

#include <string.h>

/* Cases by what a reader counts them as. */
struct tally {
	size_t tests, failures, errors, skipped;
};

static bool is_failure(const struct outcome *outcome, enum verdict verdict)
{
	return verdict == VERDICT_FAIL || (verdict == VERDICT_WARN && outcome->strict);
}

static struct tally tally_of(const struct outcome *outcome)
{
	return (struct tally){
		.tests = outcome->count,
		.failures = outcome->counts[VERDICT_FAIL] +
			    (outcome->strict ? outcome->counts[VERDICT_WARN] : 0),
		.errors = outcome->counts[VERDICT_ERROR],
		.skipped = outcome->counts[VERDICT_SKIP],
	};
}

static void write_number(const char *name, size_t number, FILE *out)
{
	fprintf(out, " %s=\"%zu\"", name, number);
}

/* skipped is no attribute of <testsuites>. */
static void write_tally(const struct tally *tally, FILE *out)
{
	write_number("tests", tally->tests, out);
	write_number("failures", tally->failures, out);
	write_number("errors", tally->errors, out);
}

static void write_pair(const char *key, const char *value, FILE *out)
{
	write_xml_text(key, out);
	fputs(": ", out);
	write_xml_text(value, out);
	fputc('\n', out);
}

/* The lines of a case: what was seen, and what mends it. */
static void write_details(const struct result *result, FILE *out)
{
	const struct finding *finding = &result->finding;

	write_pair("wanted", result->title, out);
	for (size_t i = 0; i < finding->evidence_count; i++)
		write_pair(finding->evidence[i].source, finding->evidence[i].value, out);
	if (finding->fix_summary)
		write_pair("fix", finding->fix_summary, out);
	if (finding->fix_command)
		write_pair("command", finding->fix_command, out);
}

static void write_trouble(const char *element, const struct result *result, FILE *out)
{
	fprintf(out, "      <%s", element);
	write_xml_attribute("type", verdict_name(result->finding.verdict), out);
	write_xml_attribute("message", result->finding.reason, out);
	fputc('>', out);
	write_details(result, out);
	fprintf(out, "</%s>\n", element);
}

static void write_skipped(const struct result *result, FILE *out)
{
	/* Without an attribute, as the schema has it. */
	fputs("      <skipped>", out);
	write_xml_text(result->finding.reason, out);
	fputs("</skipped>\n", out);
}

static void write_output(const struct result *result, FILE *out)
{
	fputs("      <system-out>", out);
	write_pair(result->finding.verdict == VERDICT_WARN ? "warning" : "reason",
		   result->finding.reason, out);
	write_details(result, out);
	fputs("</system-out>\n", out);
}

static void write_case(const struct outcome *outcome, const struct result *result,
		       const struct style *style, FILE *out)
{
	enum verdict verdict = result->finding.verdict;
	_cleanup_free_ char *class = xasprintf("gpucheck.%s", stage_name(result->stage));
	_cleanup_free_ char *name = xasprintf("%s%s%s%s%s", result->id, result->gpu ? " " : "",
					      result->gpu ? result->gpu : "", result->vm ? " " : "",
					      result->vm ? result->vm : "");

	fputs("    <testcase", out);
	write_xml_attribute("classname", class, out);
	write_xml_attribute("name", name, out);
	if (verdict == VERDICT_PASS && !style->verbose) {
		fputs("/>\n", out);
		return;
	}
	fputs(">\n", out);
	if (verdict == VERDICT_SKIP)
		write_skipped(result, out);
	else if (verdict == VERDICT_ERROR)
		write_trouble("error", result, out);
	else if (is_failure(outcome, verdict))
		write_trouble("failure", result, out);
	else
		write_output(result, out);
	fputs("    </testcase>\n", out);
}

static void write_property(const char *name, const char *value, FILE *out)
{
	fputs("      <property", out);
	write_xml_attribute("name", name, out);
	write_xml_attribute("value", value, out);
	fputs("/>\n", out);
}

static void write_suite(const struct outcome *outcome, const struct style *style, FILE *out)
{
	const struct tally tally = tally_of(outcome);
	_cleanup_free_ char *date = date_text(outcome->time);
	_cleanup_free_ char *status = xasprintf("%d", outcome->status);

	/* In UTC and without a zone: Ant's schema, the oldest, allows none. */
	date[strcspn(date, "Z")] = '\0';
	fputs("  <testsuite", out);
	write_xml_attribute("name", outcome->host, out);
	write_xml_attribute("hostname", outcome->host, out);
	write_xml_attribute("timestamp", date, out);
	write_tally(&tally, out);
	write_number("skipped", tally.skipped, out);
	fputs(">\n    <properties>\n", out);
	write_property("gpucheck.version", outcome->version, out);
	write_property("gpucheck.status", status, out);
	fputs("    </properties>\n", out);
	for (size_t i = 0; i < outcome->count; i++)
		write_case(outcome, &outcome->results[i], style, out);
	fputs("  </testsuite>\n", out);
}

static void write_unreadable(const struct unreadable_report *unreadable, FILE *out)
{
	const struct tally tally = { .tests = 1, .errors = 1 };

	fputs("  <testsuite", out);
	write_xml_attribute("name", unreadable->file, out);
	write_tally(&tally, out);
	write_number("skipped", tally.skipped, out);
	fputs(">\n    <testcase classname=\"gpucheck.merge\"", out);
	write_xml_attribute("name", unreadable->file, out);
	fputs(">\n      <error type=\"error\"", out);
	write_xml_attribute("message", unreadable->reason, out);
	fputs("/>\n    </testcase>\n  </testsuite>\n", out);
}

static void begin_document(const struct tally *tally, FILE *out)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"gpucheck\"", out);
	write_tally(tally, out);
	fputs(">\n", out);
}

static void write_junit(const struct outcome *outcome, const struct style *style, FILE *out)
{
	const struct tally tally = tally_of(outcome);

	begin_document(&tally, out);
	write_suite(outcome, style, out);
	fputs("</testsuites>\n", out);
}

static void write_junit_of_fleet(const struct fleet *fleet, const struct style *style, FILE *out)
{
	struct tally sum = { .tests = fleet->unreadable_count, .errors = fleet->unreadable_count };

	for (size_t i = 0; i < fleet->count; i++) {
		const struct tally tally = tally_of(&fleet->hosts[i].outcome);

		sum.tests += tally.tests;
		sum.failures += tally.failures;
		sum.errors += tally.errors;
	}
	begin_document(&sum, out);
	for (size_t i = 0; i < fleet->count; i++)
		write_suite(&fleet->hosts[i].outcome, style, out);
	for (size_t i = 0; i < fleet->unreadable_count; i++)
		write_unreadable(&fleet->unreadable[i], out);
	fputs("</testsuites>\n", out);
}

const struct format junit_format = {
	.name = "junit",
	.write = write_junit,
	.write_fleet = write_junit_of_fleet,
};
