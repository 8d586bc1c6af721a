/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON: one document, described by gpucheck-report-1.schema.json beside this file. */
#include "report/json_text.h"
#include "report/report.h"

#include <jansson.h>

#define SCHEMA "gpucheck-report-1"

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

static json_t *summary_of(const struct outcome *outcome)
{
	json_t *summary = json_object();

	for (size_t i = 0; i < VERDICTS; i++)
		set(summary, verdict_name((enum verdict)i),
		    json_integer((json_int_t)outcome->counts[i]));
	set(summary, "status", json_integer(outcome->status));
	return summary;
}

static void write_json(const struct outcome *outcome, const struct style *style, FILE *out)
{
	json_t *document = json_object(), *checks = json_array();
	char when[sizeof("-2147483648-01-01T00:00:00Z")] = "";
	struct tm utc;

	(void)style;
	if (gmtime_r(&outcome->time, &utc))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	for (size_t i = 0; i < outcome->count; i++)
		json_array_append_new(checks, check_of(&outcome->results[i]));
	set(document, "schema", json_text(SCHEMA));
	set(document, "version", json_text(outcome->version));
	set(document, "host", json_text(outcome->host));
	set(document, "time", json_text(when));
	set(document, "checks", checks);
	set(document, "summary", summary_of(outcome));
	json_dumpf(document, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(document);
}

const struct format json_format = { .name = "json", .write = write_json };
