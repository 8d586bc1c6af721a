/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the edits of a domain's XML promise alike. */
#include "tests/fuzz/domain.h"

#include "base/alloc.h"
#include "host/programs/libvirt/domain_xml.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

json_t *hostdevs_of(const char *xml)
{
	json_t *definition, *hostdevs;

	PROMISE(domain_xml_read(xml, strlen(xml), &definition, NULL) == 0);
	hostdevs = json_incref(json_object_get(definition, "hostdevs"));
	json_decref(definition);
	return hostdevs;
}

/* Bytes that both texts have at their ends, at most so many. */
static size_t same_end(const char *left, const char *right, size_t most)
{
	const char *a = left + strlen(left), *b = right + strlen(right);
	size_t length = 0;

	while (length < most && a > left && b > right && *--a == *--b)
		length++;
	return length;
}

void promise_inserted(const char *before, const char *after)
{
	size_t length = strlen(before), head = 0, tail;

	while (before[head] && before[head] == after[head])
		head++;
	tail = same_end(before, after, length - head);
	PROMISE(strlen(after) >= length);
	/* "<cpu/>" became "<cpu>…</cpu>". */
	PROMISE(head + tail == length ||
		(head + tail + 1 == length && before[head] == '/' && after[head] == '>'));
}

void promise_cut(const char *longer, const char *shorter)
{
	for (; *longer; longer++)
		shorter += *shorter == *longer;
	PROMISE(!*shorter);
}
