/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON: one document, described by gpucheck-report-1.schema.json or gpucheck-merged-1.schema.json.
 */
#include "base/alloc.h"
#include "base/date.h"
#include "base/strings.h"
#include "report/json_text.h"
#include "report/report.h"
#include "report/schemas.h"

#include <jansson.h>
#include <stdlib.h>

static void set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static json_t *evidence_of(const struct finding *finding)
{
	json_t *list = json_array();

	for (size_t i = 0; i < finding->evidence_count; i++) {
		json_t *one = json_object();

		set(one, "source", json_text(finding->evidence[i].source));
		set(one, "value", json_text(finding->evidence[i].value));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *fix_of(const struct finding *finding)
{
	json_t *fix;

	if (finding->fix == FIX_NONE)
		return json_null();
	fix = json_object();
	set(fix, "kind", json_text(fix_kind_name(finding->fix)));
	set(fix, "summary", json_text(finding->fix_summary));
	set(fix, "command", json_text(finding->fix_command));
	return fix;
}

static json_t *check_of(const struct result *result)
{
	json_t *check = json_object();

	set(check, "id", json_text(result->id));
	set(check, "stage", json_text(stage_name(result->stage)));
	set(check, "gpu", json_text(result->gpu));
	set(check, "vm", json_text(result->vm));
	set(check, "verdict", json_text(verdict_name(result->finding.verdict)));
	set(check, "title", json_text(result->title));
	set(check, "reason", json_text(result->finding.reason));
	set(check, "evidence", evidence_of(&result->finding));
	set(check, "fix", fix_of(&result->finding));
	return check;
}

static json_t *counts_of(const size_t counts[VERDICTS])
{
	json_t *object = json_object();

	for (size_t i = 0; i < VERDICTS; i++)
		set(object, verdict_name((enum verdict)i), json_integer((json_int_t)counts[i]));
	return object;
}

static json_t *document_of(const struct outcome *outcome)
{
	_cleanup_free_ char *when = date_text(outcome->time);
	json_t *document = json_object(), *checks = json_array();
	json_t *summary = counts_of(outcome->counts);

	for (size_t i = 0; i < outcome->count; i++)
		json_array_append_new(checks, check_of(&outcome->results[i]));
	set(summary, "status", json_integer(outcome->status));
	set(document, "schema", json_text(REPORT_SCHEMA));
	set(document, "version", json_text(outcome->version));
	set(document, "host", json_text(outcome->host));
	set(document, "time", json_text(when));
	set(document, "checks", checks);
	set(document, "summary", summary);
	return document;
}

/* Takes the value. The lines behind the first are indented by so many columns more. */
static void dump(json_t *value, int indent, FILE *out)
{
	_cleanup_free_ char *text = json_dumps(value, JSON_INDENT(2));
	const char *at = text ? text : "", *line;
	size_t length;

	/* A newline in a text is "\\n" in JSON: these are layout. */
	while (next_line(&at, &line, &length)) {
		fwrite(line, 1, length, out);
		if (*at)
			fprintf(out, "\n%*s", indent, "");
	}
	json_decref(value);
}

static void write_json(const struct outcome *outcome, const struct style *style, FILE *out)
{
	(void)style;
	dump(document_of(outcome), 0, out);
	fputc('\n', out);
}

static json_t *unreadable_of(const struct fleet *fleet)
{
	json_t *list = json_array();

	for (size_t i = 0; i < fleet->unreadable_count; i++) {
		json_t *one = json_object();

		set(one, "file", json_text(fleet->unreadable[i].file));
		set(one, "reason", json_text(fleet->unreadable[i].reason));
		json_array_append_new(list, one);
	}
	return list;
}

/* Host by host: as one tree in memory a thousand reports would take three times as much. */
static void write_merged(const struct fleet *fleet, const struct style *style, FILE *out)
{
	_cleanup_free_ char *when = date_text(fleet->time);
	json_t *summary = json_object(), *counts = counts_of(fleet->counts);

	(void)style;
	set(summary, "hosts", json_integer((json_int_t)fleet->count));
	json_object_update(summary, counts);
	json_decref(counts);
	set(summary, "status", json_integer(fleet->status));
	fprintf(out, "{\n  \"schema\": \"%s\",\n  \"version\": \"%s\",\n  \"time\": \"%s\",\n",
		MERGED_SCHEMA, GPUCHECK_VERSION, when);
	fprintf(out, "  \"hosts\": [");
	for (size_t i = 0; i < fleet->count; i++) {
		fputs(i ? ",\n    " : "\n    ", out);
		dump(document_of(&fleet->hosts[i].outcome), 4, out);
	}
	fputs(fleet->count ? "\n  ],\n  \"unreadable\": " : "],\n  \"unreadable\": ", out);
	dump(unreadable_of(fleet), 2, out);
	fputs(",\n  \"summary\": ", out);
	dump(summary, 2, out);
	fputs("\n}\n", out);
}

const struct format json_format = {
	.name = "json",
	.write = write_json,
	.write_fleet = write_merged,
};
