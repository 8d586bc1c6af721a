/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI tree around the cards, drawn for a person. */
#include "report/topology_text.h"

#include "base/alloc.h"
#include "report/class_words.h"
#include "report/columns.h"
#include "report/fold.h"
#include "report/page.h"

#include <string.h>

enum {
	STEP = 3,       /* columns of a tree's line */
	MARK = 2,       /* "> " before a function of a card */
	GAP = 2,        /* between columns */
	LEAST_NAME = 24 /* columns of a name; with fewer it stands below */
};

/* Lines of a tree: beside a sister, above none, and before what hangs below each. */
struct lines {
	const char *fork, *end, *down, *blank;
};

struct drawing {
	const struct topology *topology;
	const struct style *style;
	const struct lines *lines;
	FILE *out;
	int tree, group, driver, owner; /* widths of the columns */
	int before_name;                /* 0: it stands below */
};

static const char *group_of(const struct topology_place *place)
{
	return place->group ? place->group : "-";
}

static const char *driver_of(const struct topology_place *place)
{
	return place->driver ? place->driver : "-";
}

static void widen(int *width, int columns)
{
	if (*width < columns)
		*width = columns;
}

static int depth_of(const struct topology *topology, const struct topology_place *place)
{
	int depth = 0;

	for (; place->above != TOPOLOGY_NONE && depth < PCI_MAX_DEPTH; depth++)
		place = &topology->places[place->above];
	return depth;
}

static void measure(struct drawing *drawing)
{
	const int widest_line = widest(drawing->style);

	drawing->tree = (int)strlen("  FUNCTION");
	drawing->group = (int)strlen("GROUP");
	drawing->driver = (int)strlen("DRIVER");
	drawing->owner = (int)strlen("OWNER");
	for (size_t i = 0; i < drawing->topology->count; i++) {
		const struct topology_place *place = &drawing->topology->places[i];

		if (!place->shown)
			continue;
		widen(&drawing->tree, MARK + STEP * (depth_of(drawing->topology, place) + 1) +
					      (int)strlen(place->function->name));
		widen(&drawing->group, (int)strlen(group_of(place)) + place->shared);
		widen(&drawing->driver, columns_of(driver_of(place), strlen(driver_of(place))));
		widen(&drawing->owner, columns_of(place->owner, strlen(place->owner)));
	}
	drawing->before_name = drawing->tree + drawing->group + drawing->driver + drawing->owner +
			       4 * GAP;
	if (widest_line && drawing->before_name + LEAST_NAME > widest_line)
		drawing->before_name = 0;
}

/* "root port, no ACS"; the caller frees it. */
static char *kind_of(const struct topology_place *place)
{
	static const char *const acs[] = {
		[PCI_ACS_UNSEEN] = "",
		[PCI_ACS_ABSENT] = ", no ACS",
		[PCI_ACS_OFF] = ", ACS off",
		[PCI_ACS_ON] = ", ACS",
	};
	const int class = pci_base_class(place->function);
	const char *words = class_words(class);
	const char *port = NULL;

	switch (place->config.header == 1 ? place->config.port : 0) {
	case PCI_PORT_ROOT:
		port = "root port";
		break;
	case PCI_PORT_UPSTREAM:
		port = "switch, upstream port";
		break;
	case PCI_PORT_DOWNSTREAM:
		port = "switch, downstream port";
		break;
	case PCI_PORT_TO_PCI:
		port = "bridge to PCI";
		break;
	}
	if (port)
		return xasprintf("%s%s", port, acs[place->config.acs]);
	if (words)
		return xstrdup(words);
	return class < 0 ? xstrdup("class unknown") : xasprintf("class %04x", (unsigned)class);
}

static void put_cell(const char *text, int width, const struct drawing *drawing)
{
	_cleanup_free_ char *safe = page_letters(text, drawing->style);
	const int columns = columns_of(safe, strlen(safe));

	fprintf(drawing->out, "%s%*s", safe, (width > columns ? width - columns : 0) + GAP, "");
}

/* What stands beside the tree, or below the address where that leaves too little room. */
static char *facts_of(const struct topology_place *place, bool below)
{
	_cleanup_free_ char *kind = kind_of(place);

	return below ? xasprintf("group %s%s, driver %s, %s; %s: %s", group_of(place),
				 place->shared ? "*" : "", driver_of(place), place->owner, kind,
				 place->name)
		     : xasprintf("%s: %s", kind, place->name);
}

static void put_cells(const struct topology_place *place, const struct drawing *drawing)
{
	_cleanup_free_ char *group = xasprintf("%s%s", group_of(place), place->shared ? "*" : "");

	put_cell(group, drawing->group, drawing);
	put_cell(driver_of(place), drawing->driver, drawing);
	put_cell(place->owner, drawing->owner, drawing);
}

/* prefix: the lines of the bridges above. */
static void put_place(const struct drawing *drawing, const struct topology_place *place,
		      const char *prefix, bool last)
{
	const struct lines *lines = drawing->lines;
	const bool below = !drawing->before_name;
	_cleanup_free_ char *facts = facts_of(place, below);
	_cleanup_free_ char *safe = page_letters(facts, drawing->style);
	_cleanup_free_ char *tree = xasprintf("%s %s%s%s", place->of_card ? ">" : " ", prefix,
					      last ? lines->end : lines->fork,
					      place->function->name);
	_cleanup_free_ char *hang = xasprintf("  %s%s%s", prefix, last ? lines->blank : lines->down,
					      place->first == TOPOLOGY_NONE ? lines->blank
									    : lines->down);
	const int hung = columns_of(hang, strlen(hang));
	const int indent = below ? hung : drawing->before_name;
	_cleanup_free_ char *margin = xasprintf("%s%*s", hang, indent - hung, "");

	/* The highlight ends before the name: that may go on behind the lines of the tree. */
	fputs(place->of_card && drawing->style->color ? "\033[1m" : "", drawing->out);
	fputs(tree, drawing->out);
	if (!below) {
		fprintf(drawing->out, "%*s", drawing->tree - columns_of(tree, strlen(tree)) + GAP,
			"");
		put_cells(place, drawing);
	}
	fputs(place->of_card && drawing->style->color ? "\033[0m" : "", drawing->out);
	if (below)
		fprintf(drawing->out, "\n%s", margin);
	fold_behind(safe, indent, margin, widest(drawing->style), drawing->out);
}

static long next_shown(const struct topology *topology, long place)
{
	while (place != TOPOLOGY_NONE && !topology->places[place].shown)
		place = topology->places[place].next;
	return place;
}

static void put_behind(const struct drawing *drawing, long place, const char *prefix)
{
	const struct topology *topology = drawing->topology;

	for (place = next_shown(topology, place); place != TOPOLOGY_NONE;) {
		const struct topology_place *here = &topology->places[place];
		const long next = next_shown(topology, here->next);
		const bool last = next == TOPOLOGY_NONE;
		_cleanup_free_ char *longer = xasprintf(
			"%s%s", prefix, last ? drawing->lines->blank : drawing->lines->down);

		put_place(drawing, here, prefix, last);
		put_behind(drawing, here->first, longer);
		place = next;
	}
}

/* A line for each root bus, and what is shown of it. */
static void put_buses(const struct drawing *drawing)
{
	const struct topology *topology = drawing->topology;
	long skip = TOPOLOGY_NONE;

	for (size_t i = 0; i < topology->count; i++) {
		const struct topology_place *place = &topology->places[i];

		if (place->above != TOPOLOGY_NONE)
			continue;
		/* Its list holds the functions of its bus that follow. */
		if ((long)i != skip && next_shown(topology, (long)i) != TOPOLOGY_NONE) {
			fprintf(drawing->out, "  %.*s\n",
				(int)(strrchr(place->function->name, ':') - place->function->name),
				place->function->name);
			put_behind(drawing, (long)i, "");
		}
		skip = place->next;
	}
}

static void put_sentence(const char *label, const char *text, const struct style *style, FILE *out)
{
	int column;

	if (!text)
		return;
	column = fprintf(out, "    %s: ", label);
	page_text(text, column, 8, style, out);
}

static void put_card(const struct topology_card *card, const struct style *style, FILE *out)
{
	static const char *const words[VERDICTS] = {
		[VERDICT_PASS] = "is isolated",       [VERDICT_WARN] = "is isolated, but",
		[VERDICT_FAIL] = "is not isolated",   [VERDICT_ERROR] = "may be isolated or not",
		[VERDICT_SKIP] = "was not looked at",
	};
	_cleanup_free_ char *line = xasprintf("GPU %s %s: %s", card->gpu, words[card->verdict],
					      card->reason);

	fputc('\n', out);
	page_text(line, 0, 4, style, out);
	put_sentence("why", card->cause, style, out);
	put_sentence("remedy", card->remedy, style, out);
	put_sentence("slots", card->slot, style, out);
}

static void put_legend(const struct topology *topology, const struct style *style, FILE *out)
{
	bool shared = false;

	for (size_t i = 0; i < topology->count; i++)
		shared |= topology->places[i].shared;
	fputc('\n', out);
	if (topology->card_count)
		page_text("> a function of the card", 0, 2, style, out);
	if (shared)
		page_text(
			"* a group of several devices: it goes to one VM as a whole, or stays with "
			"the host",
			0, 2, style, out);
	if (topology->shown_count < topology->count) {
		_cleanup_free_ char *rest =
			xasprintf("%zu of %zu functions are shown; gpucheck --topology -v shows "
				  "all",
				  topology->shown_count, topology->count);

		page_text(rest, 0, 0, style, out);
	}
	if (topology->vms_trouble) {
		_cleanup_free_ char *trouble = xasprintf("VMs are not named: %s",
							 topology->vms_trouble);

		page_text(trouble, 0, 2, style, out);
	}
}

void write_topology(const struct topology *topology, const struct style *style, FILE *out)
{
	static const struct lines utf8 = { "├─ ", "└─ ", "│  ", "   " };
	static const struct lines ascii = { "|- ", "`- ", "|  ", "   " };
	struct drawing drawing = {
		.topology = topology,
		.style = style,
		.lines = style->ascii ? &ascii : &utf8,
		.out = out,
	};

	measure(&drawing);
	if (drawing.before_name)
		fprintf(out, "  %-*s%-*s%-*s%-*sWHAT IT IS\n", drawing.tree - MARK + GAP,
			"FUNCTION", drawing.group + GAP, "GROUP", drawing.driver + GAP, "DRIVER",
			drawing.owner + GAP, "OWNER");
	put_buses(&drawing);
	put_legend(topology, style, out);
	for (size_t i = 0; i < topology->card_count; i++)
		put_card(&topology->cards[i], style, out);
}
