/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --list and --explain: the catalogue for a person. */
#include "report/catalogue_text.h"

#include "probes/catalogue.h"
#include "report/fold.h"

static const char *const scopes[] = {
	[SCOPE_HOST] = "host",
	[SCOPE_GPU] = "GPU",
	[SCOPE_VM] = "GPU and VM",
};

void write_catalogue(FILE *out)
{
	fprintf(out, "%-16s %-8s %-10s %s\n", "CHECK", "STAGE", "ONCE A", "PASSES WHEN");
	for (size_t i = 0; i < catalogue_count; i++)
		fprintf(out, "%-16s %-8s %-10s %s\n", catalogue[i]->id,
			stage_name(catalogue[i]->stage), scopes[catalogue[i]->scope],
			catalogue[i]->title);
}

static void write_section(const char *heading, const char *text, int width, FILE *out)
{
	fprintf(out, "\n%s\n    ", heading);
	fold(text, 4, 4, width, out);
}

void write_explanation(const struct probe *probe, const char *fixer, int width, FILE *out)
{
	fprintf(out, "%s: %s\n", probe->id, probe->title);
	fprintf(out, "Stage %s, once a %s", stage_name(probe->stage), scopes[probe->scope]);
	fprintf(out, probe->needs ? "; needs %s\n" : "\n", probe->needs);
	write_section("What it means", probe->meaning, width, out);
	write_section("How to see it by hand", probe->by_hand, width, out);
	write_section("Remedy", probe->remedy, width, out);
	if (fixer)
		write_section("What gpucheck --fix does", fixer, width, out);
	write_section("Pitfalls", probe->pitfalls, width, out);
}
