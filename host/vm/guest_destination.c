/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parser of "[USER@]HOST[:PORT]". */
#include "host/vm/guest_destination.h"

#include "base/alloc.h"
#include "host/vm/guests.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Names and addresses only: what begins with "-" or holds blanks is a slip, or meant to harm. */
static bool is_name(const char *text, size_t length, const char *others)
{
	if (!length || *text == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr(others, text[i]))
			return false;
	return true;
}

static bool parse_port(const char *text, int *ret)
{
	char *end;
	long port;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	port = strtol(text, &end, 10);
	if (errno || *end || port < 1 || port > 65535)
		return false;
	*ret = (int)port;
	return true;
}

/* The length of the host's name at *text, which is moved behind an opening bracket. */
static bool find_host(const char **text, size_t *length, const char **port)
{
	const char *at = *text, *colon;

	if (*at == '[') {
		const char *close = strchr(++at, ']');

		if (!close || (close[1] && close[1] != ':'))
			return false;
		*text = at;
		*length = (size_t)(close - at);
		*port = close[1] ? close + 2 : NULL;
		return is_name(at, *length, ":.%");
	}
	colon = strchr(at, ':');
	/* Two colons without brackets are an IPv6 address without a port. */
	if (colon && strchr(colon + 1, ':'))
		colon = NULL;
	*length = colon ? (size_t)(colon - at) : strlen(at);
	*port = colon ? colon + 1 : NULL;
	return is_name(at, *length, ":.%_-");
}

int guest_destination_parse(const char *text, struct guest_destination *ret, struct error *error)
{
	const char *at = strrchr(text, '@'), *host = at ? at + 1 : text, *port;
	size_t length;
	int number = 0;

	if ((at && !is_name(text, (size_t)(at - text), "._-\\")) ||
	    !find_host(&host, &length, &port) || (port && !parse_port(port, &number)))
		return error_set(error, EINVAL, "%s: not [USER@]HOST[:PORT]", text);
	ret->user = at ? xstrndup(text, (size_t)(at - text)) : NULL;
	ret->host = xstrndup(host, length);
	ret->port = number;
	return 0;
}

void guest_destination_free(struct guest_destination *destination)
{
	free(destination->user);
	free(destination->host);
	*destination = (struct guest_destination){ 0 };
}

int guest_destination_check(const char *text, struct error *error)
{
	struct guest_destination destination;
	int r = guest_destination_parse(text, &destination, error);

	if (r == 0)
		guest_destination_free(&destination);
	return r;
}
