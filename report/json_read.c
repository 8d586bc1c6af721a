/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON reports that were written earlier, read back. */
#include "report/json_read.h"

#include "base/alloc.h"
#include "base/date.h"
#include "base/json_budget.h"
#include "base/size.h"
#include "host/pci/pci_address.h"
#include "report/escape.h"
#include "report/json_fields.h"
#include "report/json_list.h"
#include "report/schemas.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_REPORT (2 * MIB)

static const char *name_of_verdict(int verdict)
{
	return verdict_name((enum verdict)verdict);
}

static const char *name_of_stage(int stage)
{
	return stage_name((enum stage)stage);
}

static const char *name_of_fix(int kind)
{
	return fix_kind_name((enum fix_kind)kind);
}

static int read_evidence(const json_t *check, struct finding *finding, struct error *error)
{
	const json_t *list;
	int r = field_list(check, "evidence", &list, error);
	size_t count = r == 0 ? json_array_size(list) : 0;

	finding->evidence = xcalloc(count, sizeof(*finding->evidence));
	for (size_t i = 0; r == 0 && i < count; i++) {
		const json_t *one = json_array_get(list, i);
		const char *source, *value;

		r = field_text(one, "source", &source, error);
		if (r == 0)
			r = field_text(one, "value", &value, error);
		if (r < 0)
			return error_wrap(error, "evidence[%zu]", i);
		finding->evidence[finding->evidence_count++] = (struct evidence){
			.source = xstrdup(source),
			.value = xstrdup(value),
		};
	}
	return r;
}

static int read_fix(const json_t *check, struct finding *finding, struct error *error)
{
	const json_t *fix = json_object_get(check, "fix");
	int kind, r;

	if (json_is_null(fix))
		return 0;
	if (!json_is_object(fix))
		return field_wrong(error, "fix", fix, "an object or null");
	r = field_choice(fix, "kind", name_of_fix, FIX_MANUAL + 1, &kind, error);
	if (r == 0)
		r = field_copy(fix, "summary", &finding->fix_summary, error);
	if (r == 0)
		r = field_copy_or_null(fix, "command", &finding->fix_command, error);
	if (r < 0)
		return error_wrap(error, "fix");
	finding->fix = (enum fix_kind)kind;
	return 0;
}

/* "stage.name": what it is about may be new, what it looks like is the schema's. */
static int check_id(const char *id, struct error *error)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	size_t stage = strspn(id, letters);
	size_t name = id[stage] == '.' ? strspn(id + stage + 1, letters) : 0;

	if (stage && name && !id[stage + 1 + name])
		return 0;
	return error_set(error, EINVAL, "id: \"%s\" is not the id of a check", id);
}

/* As every report shows it: two names that look alike in one are one. */
static void take_as_shown(char **name)
{
	char *shown = *name ? escape_controls(*name) : NULL;

	free(*name);
	*name = shown;
}

/* The full address, as the schema has it. */
static int check_gpu(const char *gpu, struct error *error)
{
	char again[PCI_ADDRESS_SIZE] = "";
	struct pci_address address;

	if (!gpu)
		return 0;
	if (pci_address_parse(gpu, &address))
		pci_address_format(&address, again);
	if (!strcmp(again, gpu))
		return 0;
	return error_set(error, EINVAL, "gpu: \"%s\" is not a full PCI address", gpu);
}

/* Into a result that is the outcome's already, so that what was read is freed with it. */
static int read_check(const json_t *check, struct result *result, struct error *error)
{
	struct finding *finding = &result->finding;
	int stage, verdict, r;

	if (!json_is_object(check))
		return error_set(error, EINVAL, "is not an object");
	r = field_copy(check, "id", &result->id, error);
	if (r == 0)
		r = check_id(result->id, error);
	if (r == 0)
		r = field_choice(check, "stage", name_of_stage, STAGES, &stage, error);
	if (r == 0)
		r = field_copy_or_null(check, "gpu", &result->gpu, error);
	if (r == 0)
		r = check_gpu(result->gpu, error);
	if (r == 0)
		r = field_copy_or_null(check, "vm", &result->vm, error);
	if (r == 0)
		r = field_choice(check, "verdict", name_of_verdict, VERDICTS, &verdict, error);
	if (r == 0)
		r = field_copy(check, "title", &result->title, error);
	if (r == 0)
		r = field_copy(check, "reason", &finding->reason, error);
	if (r == 0)
		r = read_evidence(check, finding, error);
	if (r == 0)
		r = read_fix(check, finding, error);
	if (r < 0)
		return r;
	take_as_shown(&result->vm);
	result->stage = (enum stage)stage;
	finding->verdict = (enum verdict)verdict;
	return 0;
}

static int read_checks(const json_t *document, struct outcome *outcome, struct error *error)
{
	const json_t *checks;
	int r = field_list(document, "checks", &checks, error);

	for (size_t i = 0; r == 0 && i < json_array_size(checks); i++) {
		outcome_add(outcome, &(struct result){ 0 });
		r = read_check(json_array_get(checks, i), &outcome->results[i], error);
		if (r < 0)
			error_wrap(error, "checks[%zu]", i);
	}
	return r;
}

/*
 * Only the exit status tells that no card was found, or that warnings counted. Everything else in
 * the summary follows from the checks, and one that says something else was tampered with or cut.
 */
static int read_summary(const json_t *document, struct outcome *outcome, struct error *error)
{
	const json_t *summary = json_object_get(document, "summary");
	json_int_t status, count;

	if (!json_is_object(summary))
		return field_wrong(error, "summary", summary, "an object");
	if (field_number(summary, "status", &status, error) < 0)
		return error_wrap(error, "summary");
	outcome_close(outcome);
	outcome->no_gpu = status == STATUS_USAGE;
	outcome->strict = status == STATUS_FAILED && !outcome->counts[VERDICT_FAIL];
	outcome_close(outcome);
	if (status != outcome->status)
		return error_set(error, EINVAL,
				 "summary: status is %" JSON_INTEGER_FORMAT
				 ", the checks make it %d",
				 status, outcome->status);
	for (int v = 0; v < VERDICTS; v++) {
		if (field_number(summary, name_of_verdict(v), &count, error) < 0)
			return error_wrap(error, "summary");
		if (count < 0 || (size_t)count != outcome->counts[v])
			return error_set(error, EINVAL,
					 "summary: %s is %" JSON_INTEGER_FORMAT
					 ", the checks make it %zu",
					 name_of_verdict(v), count, outcome->counts[v]);
	}
	return 0;
}

static int read_report(const json_t *document, struct outcome *ret, struct error *error)
{
	struct outcome outcome = { 0 };
	const char *when;
	int r = field_copy(document, "version", &outcome.version, error);

	if (r == 0)
		r = field_copy(document, "host", &outcome.host, error);
	if (r == 0)
		r = field_text(document, "time", &when, error);
	if (r == 0 && !date_parse(when, &outcome.time))
		r = error_set(error, EINVAL, "time: \"%s\" is not like 2026-01-31T12:00:00Z", when);
	if (r == 0)
		take_as_shown(&outcome.host);
	if (r == 0)
		r = read_checks(document, &outcome, error);
	if (r == 0)
		r = read_summary(document, &outcome, error);
	if (r < 0)
		outcome_free(&outcome);
	else
		*ret = outcome;
	return r;
}

static int read_unreadable(const json_t *document, struct fleet *fleet, struct error *error)
{
	const json_t *list;
	int r = field_list(document, "unreadable", &list, error);

	for (size_t i = 0; r == 0 && i < json_array_size(list); i++) {
		const char *file, *reason;

		r = field_text(json_array_get(list, i), "file", &file, error);
		if (r == 0)
			r = field_text(json_array_get(list, i), "reason", &reason, error);
		if (r < 0)
			return error_wrap(error, "unreadable[%zu]", i);
		fleet_add_unreadable(fleet, file, reason);
	}
	return r;
}

/* The report is the fleet's then. */
static int take_report(const json_t *document, const char *file, struct fleet *fleet,
		       struct error *error)
{
	struct outcome outcome;
	int r = read_report(document, &outcome, error);

	if (r == 0)
		fleet_add(fleet, &outcome, file);
	return r;
}

/*
 * No report is longer: one check takes a kilobyte. Parsed it takes a multiple of its text, so that
 * many hosts must not be parsed at once.
 */
static int parse(const struct json_span *span, json_t **ret, struct error *error)
{
	size_t length = (size_t)(span->end - span->begin);

	if (length > LIMIT_REPORT)
		return error_set(error, EFBIG, "is no report: longer than %d MiB",
				 (int)(LIMIT_REPORT / MIB));
	return json_parse_bounded(span->begin, length, ret, error);
}

static int take_hosts(struct json_span *hosts, const char *file, struct fleet *fleet,
		      struct error *error)
{
	struct json_span one;
	int more, r = 0;

	for (size_t i = 0; r == 0 && (more = json_list_next(hosts, &one)) != 0; i++) {
		json_t *report = NULL;

		r = more < 0 ? error_set(error, EINVAL, "is no list of JSON")
			     : parse(&one, &report, error);
		if (r == 0)
			r = take_report(report, file, fleet, error);
		if (r < 0)
			error_wrap(error, "hosts[%zu]", i);
		json_decref(report);
	}
	return r;
}

static int take_merged(const json_t *document, struct json_span *hosts, const char *file,
		       struct fleet *fleet, struct error *error)
{
	const json_t *list;
	int r = field_list(document, "hosts", &list, error);

	if (r == 0)
		r = take_hosts(hosts, file, fleet, error);
	return r < 0 ? r : read_unreadable(document, fleet, error);
}

/* The document without what stands in its list of hosts; *hosts is empty where there is no list. */
static int parse_frame(const struct json_span *whole, json_t **ret, struct json_span *hosts,
		       struct error *error)
{
	_cleanup_free_ char *text = NULL;
	struct json_span frame;
	size_t head, tail;

	*hosts = (struct json_span){ whole->end, whole->end };
	if (!json_list_find(whole, "hosts", hosts))
		return parse(whole, ret, error);
	head = (size_t)(hosts->begin - whole->begin);
	tail = (size_t)(whole->end - hosts->end);
	text = xcalloc(head + tail + 1, 1);
	memcpy(text, whole->begin, head);
	memcpy(text + head, hosts->end, tail);
	frame = (struct json_span){ text, text + head + tail };
	return parse(&frame, ret, error);
}

int json_read(const char *text, size_t length, const char *file, struct fleet *fleet,
	      struct error *error)
{
	const struct json_span whole = { text, text + length };
	struct fleet found = { 0 };
	struct json_span hosts;
	const char *schema;
	json_t *document;
	int r = parse_frame(&whole, &document, &hosts, error);

	if (r < 0)
		return r;
	r = field_text(document, "schema", &schema, error);
	if (r < 0)
		error_wrap(error, "is no report of gpucheck --format json");
	else if (!strcmp(schema, REPORT_SCHEMA))
		r = take_report(document, file, &found, error);
	else if (!strcmp(schema, MERGED_SCHEMA))
		r = take_merged(document, &hosts, file, &found, error);
	else
		r = field_wrong(error, "schema", json_object_get(document, "schema"),
				REPORT_SCHEMA " or " MERGED_SCHEMA);
	json_decref(document);
	if (r == 0)
		fleet_take(fleet, &found);
	fleet_free(&found);
	return r;
}
