/* SPDX-License-Identifier: GPL-2.0-or-later */
/* New elements in a domain's definition, laid out as the text around them. */
#include "host/programs/libvirt/domain_insert.h"

#include "base/alloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STEP "  " /* libvirt's own indentation */

/* Where new elements go. */
struct gap {
	size_t at;
	bool is_empty_tag;   /* <devices/>, which is to be opened there */
	bool moves_end_tag;  /* the end tag follows at once, on the start tag's line */
	const char *newline; /* of the line that the end tag stands on, or shall; NULL when none */
};

static void free_layout(struct domain_layout *layout)
{
	free(layout->outer);
	free(layout->indent);
	free(layout->step);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What stands before a tag on its line, when that is nothing but blanks; else NULL. */
static char *indent_of(const char *text, size_t tag)
{
	size_t begin = tag;

	while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t'))
		begin--;
	if (begin > 0 && text[begin - 1] != '\n')
		return NULL;
	return xstrndup(text + begin, tag - begin);
}

static char *last_child_indent(const char *text, const struct domain_element *element)
{
	return element->has_child ? indent_of(text, element->last_child) : NULL;
}

/* What the domain's children are indented by. */
static char *step_of(const char *text, const struct domain_element *domain)
{
	_cleanup_free_ char *outer = indent_of(text, domain->start);
	_cleanup_free_ char *inner = last_child_indent(text, domain);
	size_t length = outer ? strlen(outer) : 0;

	if (!inner || strlen(inner) <= length || strncmp(inner, outer ? outer : "", length) != 0)
		return xstrdup(STEP);
	return xstrdup(inner + length);
}

/* The layout of an element and its children; one without is indented a step more than itself. */
static struct domain_layout layout_of(const char *text, const struct domain_tags *tags,
				      const struct domain_element *element, const char *newline)
{
	struct domain_layout layout = { .eol = "" };

	if (newline) {
		layout.eol = newline > text && newline[-1] == '\r' ? "\r\n" : "\n";
		layout.outer = indent_of(text, element->start);
		layout.indent = last_child_indent(text, element);
		layout.step = step_of(text, &tags->domain);
	}
	if (!layout.outer)
		layout.outer = xstrdup("");
	if (!layout.step)
		layout.step = xstrdup("");
	if (!layout.indent)
		layout.indent = xasprintf("%s%s", layout.outer, layout.step);
	return layout;
}

void put_line(FILE *out, const struct domain_layout *layout, unsigned steps, const char *line)
{
	fprintf(out, "%s%s", layout->eol, layout->indent);
	while (steps--)
		fputs(layout->step, out);
	fputs(line, out);
}

/* The newline that starts the line of a tag, NULL when something else stands on that line. */
static const char *newline_before(const char *text, size_t tag)
{
	while (tag > 0 && (text[tag - 1] == ' ' || text[tag - 1] == '\t'))
		tag--;
	return tag > 0 && text[tag - 1] == '\n' ? text + tag - 1 : NULL;
}

/* Behind what the element holds, before the blanks that lead to its end tag. */
static struct gap find_gap(const char *text, const struct domain_element *element)
{
	struct gap gap = { .is_empty_tag = text[element->end - 2] == '/' };
	size_t close = gap.is_empty_tag ? element->end - 2 : domain_tag_before(text, element->end);

	gap.at = close;
	while (!gap.is_empty_tag && is_blank(text[gap.at - 1]))
		gap.at--;
	gap.moves_end_tag = gap.at == close && !element->has_child;
	gap.newline = newline_before(text, gap.moves_end_tag ? element->start : close);
	return gap;
}

char *domain_insert(const char *text, const struct domain_tags *tags,
		    const struct domain_element *element, const char *name,
		    void (*put)(FILE *out, const struct domain_layout *layout, const void *data),
		    const void *data)
{
	struct gap gap = find_gap(text, element);
	struct domain_layout layout = layout_of(text, tags, element, gap.newline);
	char *edited = NULL;
	size_t length;
	FILE *out = xmemstream(&edited, &length);

	fwrite(text, 1, gap.at, out);
	if (gap.is_empty_tag)
		fputc('>', out);
	put(out, &layout, data);
	if (gap.moves_end_tag && gap.newline)
		fprintf(out, "%s%s", layout.eol, layout.outer);
	if (gap.is_empty_tag)
		fprintf(out, "</%s>", name);
	fputs(text + (gap.is_empty_tag ? element->end : gap.at), out);
	fclose(out);
	free_layout(&layout);
	return edited;
}
