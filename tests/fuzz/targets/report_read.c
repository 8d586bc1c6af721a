/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report that --merge reads, and the reports that are made of it. */
#include "base/alloc.h"
#include "report/json_read.h"
#include "report/report.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

static char *print(const char *name, const struct fleet *fleet)
{
	const struct style style = { .verbose = true, .width = 80 };
	char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	format_find(name)->write_fleet(fleet, &style, out);
	fclose(out);
	return text;
}

static void check_numbers(const struct fleet *fleet)
{
	PROMISE(fleet->status >= STATUS_PASSED && fleet->status <= STATUS_NOT_MEASURED);
	for (size_t i = 0; i < fleet->count; i++) {
		const struct outcome *outcome = &fleet->hosts[i].outcome;
		size_t sum = 0;

		for (size_t k = 0; k < VERDICTS; k++)
			sum += outcome->counts[k];
		PROMISE(sum == outcome->count);
		for (size_t k = 0; k < outcome->count; k++)
			PROMISE((unsigned)outcome->results[k].finding.verdict < VERDICTS &&
				(unsigned)outcome->results[k].stage < STAGES);
		/* Ordered by name, each once. */
		PROMISE(!i || strcmp(fleet->hosts[i - 1].outcome.host, outcome->host) < 0);
	}
}

/* What is printed as JSON is read back as the same. */
static void check_printed(const struct fleet *fleet)
{
	_cleanup_free_ char *text = print("json", fleet), *again = NULL;
	_cleanup_strings_ struct strings left_out = { 0 };
	struct fleet second = { .time = fleet->time };
	struct error error;

	PROMISE(json_read(text, strlen(text), "f", &second, &error) == 0);
	fleet_close(&second, false, &left_out);
	PROMISE(!left_out.count);
	again = print("json", &second);
	PROMISE(!strcmp(text, again));
	fleet_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "text", "tap", "junit", "prometheus" };
	_cleanup_strings_ struct strings left_out = { 0 };
	struct input input = { data, size };
	_cleanup_free_ char *text = NULL;
	struct error error = { 0 };
	struct fleet fleet = { 0 };
	size_t length;

	text = input_rest(&input, &length);
	if (json_read(text, length, "f", &fleet, &error) < 0) {
		PROMISE(*error.text && !fleet.count && !fleet.unreadable_count);
		return 0;
	}
	fleet_close(&fleet, false, &left_out);
	check_numbers(&fleet);
	check_printed(&fleet);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *printed = print(names[i], &fleet);

		PROMISE(is_utf8(printed) && !strpbrk(printed, "\033\r\b\v\f"));
	}
	fleet_free(&fleet);
	return 0;
}
