/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a probe found: a verdict, the reason, the evidence seen and what mends it. */
#include "probes/finding.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void finding_say(struct finding *finding, enum verdict verdict, const char *format, ...)
{
	_cleanup_free_ char *text = NULL, *before = NULL;
	va_list arguments;

	if (finding->reason && verdict < finding->verdict)
		return;
	va_start(arguments, format);
	text = xvasprintf(format, arguments);
	va_end(arguments);
	before = finding->reason;
	if (before && verdict == finding->verdict)
		finding->reason = xasprintf("%s; %s", before, text);
	else
		finding->reason = xstrdup(text);
	finding->verdict = verdict;
}

void finding_say_error(struct finding *finding, const struct error *error)
{
	finding_say(finding, VERDICT_ERROR, "%s", error->text);
}

void finding_evidence(struct finding *finding, const char *source, const char *format, ...)
{
	struct evidence *evidence;
	va_list arguments;

	finding->evidence = xreallocarray(finding->evidence, finding->evidence_count + 1,
					  sizeof(*finding->evidence));
	evidence = &finding->evidence[finding->evidence_count++];
	evidence->source = xasprintf("%s%s", strchr(source, ' ') ? "" : "/", source);
	va_start(arguments, format);
	evidence->value = xvasprintf(format, arguments);
	va_end(arguments);
}

void finding_fix(struct finding *finding, enum fix_kind kind, const char *command,
		 const char *format, ...)
{
	va_list arguments;

	free(finding->fix_summary);
	free(finding->fix_command);
	finding->fix = kind;
	finding->fix_command = xstrdup(command);
	va_start(arguments, format);
	finding->fix_summary = xvasprintf(format, arguments);
	va_end(arguments);
}

void finding_free(struct finding *finding)
{
	for (size_t i = 0; i < finding->evidence_count; i++) {
		free(finding->evidence[i].source);
		free(finding->evidence[i].value);
	}
	free(finding->evidence);
	free(finding->reason);
	free(finding->fix_summary);
	free(finding->fix_command);
	*finding = (struct finding){ 0 };
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[VERDICTS] = {
		[VERDICT_PASS] = "pass",   [VERDICT_SKIP] = "skip", [VERDICT_WARN] = "warn",
		[VERDICT_ERROR] = "error", [VERDICT_FAIL] = "fail",
	};

	return names[verdict];
}

const char *fix_kind_name(enum fix_kind kind)
{
	static const char *const names[] = {
		[FIX_NONE] = NULL,
		[FIX_AUTOMATIC] = "automatic",
		[FIX_DISRUPTIVE] = "disruptive",
		[FIX_MANUAL] = "manual",
	};

	return names[kind];
}
