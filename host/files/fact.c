/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fact of the host: one file or link, read once when first asked for and kept. */
#include "host/files/fact.h"

#include "base/alloc.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Turn the outcome of the first read into a state. */
static void settle(struct fact *fact, int r, const struct error *error)
{
	if (r >= 0) {
		fact->state = FACT_KNOWN;
	} else if (r == -ENOENT) {
		fact->state = FACT_ABSENT;
	} else {
		fact->state = FACT_FAILED;
		fact->code = r;
		fact->text = xstrdup(error->text);
	}
}

static int answer(const struct fact *fact, struct error *error)
{
	if (fact->state == FACT_FAILED)
		return error_set(error, fact->code, "%s", fact->text);
	return fact->state == FACT_KNOWN;
}

int fact_file(struct fact *fact, struct root *root, const char *path, size_t limit,
	      struct error *error)
{
	if (fact->state == FACT_UNREAD) {
		struct error why = { 0 };

		settle(fact, root_read(root, path, limit, &fact->text, &fact->length, &why), &why);
	}
	return answer(fact, error);
}

int fact_link(struct fact *fact, struct root *root, const char *path, struct error *error)
{
	if (fact->state == FACT_UNREAD) {
		struct error why = { 0 };

		settle(fact, root_read_link(root, path, &fact->text, &why), &why);
		fact->length = fact->text ? strlen(fact->text) : 0;
	}
	return answer(fact, error);
}

int fact_must(struct fact *fact, struct root *root, const char *path, size_t limit,
	      struct error *error)
{
	int r = fact_file(fact, root, path, limit, error);

	return r == 0 ? error_set_errno(error, ENOENT, "/%s", path) : r;
}

const char *fact_link_name(const struct fact *fact)
{
	const char *slash = strrchr(fact->text, '/');

	return slash ? slash + 1 : fact->text;
}

int read_link_name(struct root *root, const char *path, char **ret, struct error *error)
{
	_cleanup_(fact_free) struct fact link = { 0 };
	int r = fact_link(&link, root, path, error);

	if (r < 0)
		return r;
	*ret = r ? xstrdup(fact_link_name(&link)) : NULL;
	return 0;
}

int number_parse(const char *line, const char *path, uint64_t *ret, struct error *error)
{
	unsigned long long value;
	char *end;

	errno = 0;
	/* isalnum: strtoull would take blanks and a sign */
	value = strtoull(line, &end, starts_with(line, "0x") ? 16 : 10);
	if (!isalnum((unsigned char)*line) || end == line || errno || (*end && strcmp(end, "\n")))
		return error_set(error, EINVAL, "/%s: not a number", path);
	*ret = value;
	return 0;
}

int fact_number(const struct fact *fact, const char *path, uint64_t *ret, struct error *error)
{
	if (strlen(fact->text) != fact->length)
		return error_set(error, EINVAL, "/%s: not a number", path);
	return number_parse(fact->text, path, ret, error);
}

void fact_free(struct fact *fact)
{
	free(fact->text);
	*fact = (struct fact){ 0 };
}
