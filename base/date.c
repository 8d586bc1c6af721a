/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The date of a report. */
#include "base/date.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char layout[] = "%Y-%m-%dT%H:%M:%SZ";

time_t date_now(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	char *end;
	long long seconds;

	if (!epoch || !*epoch)
		return time(NULL);
	errno = 0;
	seconds = strtoll(epoch, &end, 10);
	return errno || *end ? time(NULL) : (time_t)seconds;
}

char *date_text(time_t date)
{
	char text[sizeof("-2147483648-01-01T00:00:00Z")] = "";
	struct tm utc;

	if (gmtime_r(&date, &utc))
		strftime(text, sizeof(text), layout, &utc);
	return xstrdup(text);
}

bool date_parse(const char *text, time_t *ret)
{
	_cleanup_free_ char *again = NULL;
	struct tm utc = { 0 };
	const char *end = strptime(text, layout, &utc);
	time_t date;

	if (!end || *end)
		return false;
	/* 31 February is read too, as 3 March: written again it is another text. */
	date = timegm(&utc);
	again = date_text(date);
	if (strcmp(again, text) != 0)
		return false;
	*ret = date;
	return true;
}
