/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who held a card when a host was recorded: a list of processes for each card's GPU. */
#include "host/card/holders.h"

#include "base/alloc.h"
#include "base/json_budget.h"
#include "base/strings.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* {"pid": 1234, "name": "Xorg", "node": "dev/dri/card1", "unit": "gdm.service", "service": true} */
static bool read_holder(json_t *item, struct holder *ret)
{
	const char *name, *node, *unit = NULL;
	json_t *units = NULL;
	int service = 0;
	json_int_t pid;

	if (json_unpack_ex(item, NULL, JSON_STRICT, "{s:I, s:s, s:s, s:o, s?b}", "pid", &pid,
			   "name", &name, "node", &node, "unit", &units, "service", &service) < 0)
		return false;
	unit = json_string_value(units);
	if (pid < 1 || pid > INT_MAX || !*name || !starts_with(node, "dev/") ||
	    (!json_is_null(units) && (!unit || !*unit)) || (service && !unit))
		return false;
	*ret = (struct holder){
		.pid = (int)pid,
		.name = xstrdup(name),
		.node = xstrdup(node),
		.unit = xstrdup(unit),
		.service = service,
	};
	return true;
}

static int read_list(const json_t *list, struct holder **ret, size_t *ret_count)
{
	struct holder *holders = xcalloc(json_array_size(list) + 1, sizeof(*holders));
	size_t count = 0;

	while (count < json_array_size(list) &&
	       read_holder(json_array_get(list, count), &holders[count]))
		count++;
	if (!json_is_array(list) || count < json_array_size(list)) {
		holders_free(holders, count);
		return -EINVAL;
	}
	*ret = holders;
	*ret_count = count;
	return 0;
}

int recorded_holders_parse(const char *text, const char *gpu, struct holder **ret,
			   size_t *ret_count)
{
	json_t *cards = NULL;
	const json_t *list;
	struct error error;
	int r = json_parse_within(text, strlen(text), JSON_MEMORY, &cards, &error);

	if (r < 0)
		return r;
	list = json_object_get(cards, gpu);
	r = -EINVAL;
	if (json_is_object(cards))
		r = list ? read_list(list, ret, ret_count) : -ENOENT;
	json_decref(cards);
	return r;
}

char *recorded_holders_list(const struct holder *holders, size_t count)
{
	json_t *list = json_array();
	char *text;

	for (size_t i = 0; i < count; i++) {
		json_t *one = json_pack("{s:i, s:s, s:s, s:s?}", "pid", holders[i].pid, "name",
					holders[i].name, "node", holders[i].node, "unit",
					holders[i].unit);

		if (holders[i].service)
			json_object_set_new(one, "service", json_true());
		json_array_append_new(list, one);
	}
	text = json_dumps(list, JSON_INDENT(1));
	json_decref(list);
	return text;
}
