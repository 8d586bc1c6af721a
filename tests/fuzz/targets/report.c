/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports in every format: whatever the machine's texts are, a report has the lines that it has
 * with harmless ones. A byte for each verdict, and a text for each place, with a NUL behind it.
 */
#include "report/report.h"
#include "base/alloc.h"
#include "base/strings.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <libxml/parser.h>
#include <string.h>

enum { RESULTS = 3 };

/* The next text; a harmless one in its place where that is asked for. */
static char *take(struct input *input, bool harmless)
{
	char *text = input_text(input);

	if (!harmless && *text)
		return text;
	free(text);
	return xstrdup("x");
}

static void add_result(struct outcome *outcome, struct input *input, size_t number, bool harmless)
{
	enum verdict verdict = (enum verdict)(input_byte(input) % VERDICTS);
	_cleanup_free_ char *reason = take(input, harmless), *source = take(input, harmless);
	_cleanup_free_ char *value = take(input, harmless), *fix = take(input, harmless);
	struct result result = {
		.id = xstrdup("host.gpu"),
		.title = xstrdup("the card answers"),
		.stage = STAGE_HOST,
		.gpu = xasprintf("0000:01:00.%zu", number),
		.vm = take(input, harmless),
	};

	finding_say(&result.finding, verdict, "%s", reason);
	finding_evidence(&result.finding, source, "%s", value);
	if (verdict == VERDICT_FAIL)
		finding_fix(&result.finding, FIX_MANUAL, fix, "%s", fix);
	outcome_add(outcome, &result);
}

static void make(const uint8_t *data, size_t size, bool harmless, struct outcome *ret)
{
	struct input input = { data, size };
	struct outcome outcome = { .version = xstrdup("0"), .host = take(&input, harmless) };

	outcome.cards = xcalloc(1, sizeof(*outcome.cards));
	outcome.card_count = 1;
	outcome.cards[0] = (struct card_name){ .gpu = xstrdup("0000:01:00.0"),
					       .name = take(&input, harmless),
					       .companions = take(&input, harmless) };
	for (size_t i = 0; i < RESULTS; i++)
		add_result(&outcome, &input, i, harmless);
	outcome_close(&outcome);
	*ret = outcome;
}

static char *print(const struct format *format, const struct outcome *outcome)
{
	const struct style style = { .verbose = true };
	char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	format->write(outcome, &style, out);
	fclose(out);
	return text;
}

/* A line's own words, which say what kind of line it is. */
static size_t kind_length(const char *line)
{
	size_t blanks = strspn(line, " ");

	return blanks + strcspn(line + blanks, " \n");
}

/* TAP: a "#" that no backslash stands before begins a directive. */
static bool has_directive(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (line[i] == '#')
			return true;
		i += line[i] == '\\';
	}
	return false;
}

static void compare_tap(const char *text, const char *expected)
{
	const char *line, *harmless;
	size_t length, harmless_length;

	while (next_line(&text, &line, &length)) {
		PROMISE(next_line(&expected, &harmless, &harmless_length));
		PROMISE(kind_length(line) == kind_length(harmless));
		PROMISE(!memcmp(line, harmless, kind_length(line)));
		if (starts_with(line, "ok") || starts_with(line, "not ok"))
			PROMISE(has_directive(line, length) ==
				has_directive(harmless, harmless_length));
	}
	PROMISE(!*expected);
}

/* The text without what stands in double quotes; the caller frees it. */
static char *outside_quotes(const char *text)
{
	char *rest = xcalloc(strlen(text) + 1, 1), *out = rest;
	bool quoted = false;

	for (; *text; text++) {
		if (*text == '"')
			quoted = !quoted;
		else if (!quoted)
			*out++ = *text;
		else if (*text == '\\')
			text++;
	}
	return rest;
}

static void compare_quoted(const char *text, const char *expected)
{
	_cleanup_free_ char *bare = outside_quotes(text), *bare_expected = outside_quotes(expected);

	PROMISE(!strcmp(bare, bare_expected));
}

static size_t count(const char *text, char letter)
{
	size_t times = 0;

	for (; *text; text++)
		times += *text == letter;
	return times;
}

static void compare_xml(const char *text, const char *expected)
{
	xmlDoc *document = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
					 XML_PARSE_NONET | XML_PARSE_NOERROR);

	PROMISE(document);
	xmlFreeDoc(document);
	PROMISE(count(text, '<') == count(expected, '<'));
}

static void compare_json(const char *text, const char *expected)
{
	json_t *document = json_loads(text, 0, NULL);

	PROMISE(document);
	json_decref(document);
	compare_quoted(text, expected);
}

static const struct {
	const char *name;
	void (*compare)(const char *text, const char *expected);
} grammars[] = {
	{ "tap", compare_tap },
	{ "json", compare_json },
	{ "junit", compare_xml },
	{ "prometheus", compare_quoted },
};

static void compare(const char *name, const struct outcome *outcome, const struct outcome *other)
{
	const struct format *format = format_find(name);
	_cleanup_free_ char *text = print(format, outcome), *expected = print(format, other);

	PROMISE(is_utf8(text) && !strpbrk(text, "\033\r\b\v\f"));
	PROMISE(count_lines(text) == count_lines(expected));
	for (size_t i = 0; i < ARRAY_SIZE(grammars); i++)
		if (!strcmp(name, grammars[i].name))
			grammars[i].compare(text, expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_strings_ struct strings names = { 0 };
	struct outcome outcome, harmless;

	format_names(&names);
	make(data, size, false, &outcome);
	make(data, size, true, &harmless);
	for (size_t i = 0; i < names.count; i++)
		compare(names.items[i], &outcome, &harmless);
	outcome_free(&outcome);
	outcome_free(&harmless);
	return 0;
}
