/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --list and --explain: the catalogue for a person. */
#include "report/catalogue_text.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "probes/catalogue.h"
#include "report/page.h"

#include <string.h>

enum {
	INDENT = 4,
	TITLE_COLUMN = 37, /* behind id, stage and scope */
};

static const char *const scopes[] = {
	[SCOPE_HOST] = "host",
	[SCOPE_GPU] = "GPU",
	[SCOPE_VM] = "GPU and VM",
};

void write_catalogue(const struct style *style, FILE *out)
{
	if (!is_narrow(style))
		fprintf(out, "%-16s %-8s %-10s %s\n", "CHECK", "STAGE", "ONCE A", "PASSES WHEN");
	for (size_t i = 0; i < catalogue_count; i++) {
		const struct probe *probe = catalogue[i];

		if (is_narrow(style)) {
			fprintf(out, "%s\n%*s", probe->id, INDENT, "");
			page_text(probe->title, INDENT, INDENT, style, out);
			continue;
		}
		fprintf(out, "%-16s %-8s %-10s ", probe->id, stage_name(probe->stage),
			scopes[probe->scope]);
		page_text(probe->title, TITLE_COLUMN, TITLE_COLUMN, style, out);
	}
}

static void write_line(const char *text, const struct style *style, FILE *out)
{
	fprintf(out, "%*s", INDENT, "");
	page_text(text, INDENT, INDENT, style, out);
}

static void write_section(const char *heading, const char *text, const struct style *style,
			  FILE *out)
{
	fputc('\n', out);
	page_heading(heading, style, out);
	page_paragraphs(text, INDENT, style, out);
}

static void write_fixer(const struct probe *probe, const struct explained_fixer *fixer,
			const struct style *style, FILE *out)
{
	_cleanup_free_ char *risk = fixer->does ? xasprintf("Risk: %s", fixer->risk) : NULL;
	_cleanup_free_ char *command = xasprintf(
		"gpucheck --fix%s %s", fixer->disruptive ? " --allow-disruption" : "", probe->id);

	write_section("What gpucheck --fix does",
		      fixer->does ? fixer->does
				  : "Nothing: this takes a person, and the plan says what to do.",
		      style, out);
	if (!fixer->does)
		return;
	write_line(risk, style, out);
	page_command(command, INDENT + 2, style, out);
}

/* What it waits for, and what waits for it. */
static void write_related(const struct probe *probe, const struct style *style, FILE *out)
{
	const struct probe *needed = probe->needs ? catalogue_find(probe->needs) : NULL;
	_cleanup_strings_ struct strings ids = { 0 };
	_cleanup_free_ char *joined = NULL, *behind = NULL, *before = NULL;

	for (size_t i = 0; i < catalogue_count; i++)
		if (catalogue[i]->needs && !strcmp(catalogue[i]->needs, probe->id))
			strings_add(&ids, catalogue[i]->id);
	if (!needed && !ids.count)
		return;
	fputc('\n', out);
	page_heading("Related checks", style, out);
	if (needed) {
		before = xasprintf("Needs %s: %s.", needed->id, needed->title);
		write_line(before, style, out);
	}
	if (ids.count) {
		joined = strings_join(&ids, ", ");
		behind = xasprintf("Needed by %s.", joined);
		write_line(behind, style, out);
	}
}

void write_explanation(const struct probe *probe, const struct explained_fixer *fixer,
		       const struct style *style, FILE *out)
{
	_cleanup_free_ char *title = xasprintf("%s: %s", probe->id, probe->title);
	_cleanup_free_ char *place = xasprintf("Stage %s, once a %s%s%s", stage_name(probe->stage),
					       scopes[probe->scope], probe->needs ? "; needs " : "",
					       probe->needs ? probe->needs : "");

	page_heading(title, style, out);
	page_text(place, 0, 0, style, out);
	write_section("What it means", probe->meaning, style, out);
	write_section("How to see it by hand", probe->by_hand, style, out);
	write_section("Remedy", probe->remedy, style, out);
	write_fixer(probe, fixer, style, out);
	write_section("Pitfalls", probe->pitfalls, style, out);
	write_related(probe, style, out);
}
