/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that make a change known to the boot loader and the initramfs. */
#include "plan/follow_up.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "host/files/root_write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_OUTPUT = 64 << 20 };

/* The last line that is not empty of what the command at hand printed; the caller frees it. */
static char *last_line(struct host *host, const char *path, size_t from)
{
	_cleanup_free_ char *text = NULL;
	const char *cursor, *line, *last = "";
	size_t length, last_length = 0, total;

	if (root_read(host_root(host), path, LIMIT_OUTPUT, &text, &total, NULL) < 0 || from > total)
		return xstrdup("");
	cursor = text + from;
	while (next_line(&cursor, &line, &length)) {
		if (!length)
			continue;
		last = line;
		last_length = length;
	}
	return xstrndup(last, last_length);
}

static int run(struct host *host, const struct command *command, const char *path,
	       struct command_watch *watch, struct error *error)
{
	_cleanup_free_ char *text = command_text(command), *said = NULL;
	off_t from = lseek(watch->output, 0, SEEK_END);
	int status = command_run(command, watch, error);

	if (status < 0)
		return error_wrap(error, "%s", text);
	if (!status)
		return 0;
	said = last_line(host, path, from > 0 ? (size_t)from : 0);
	return error_set(error, EIO, "%s failed with status %d%s%s (all it printed is in /%s)",
			 text, status, *said ? ": " : "", said, path);
}

int follow_up(struct host *host, const struct command *commands, size_t count, const char *output,
	      int lock, const struct teller *teller, struct error *error)
{
	_cleanup_close_ int descriptor = -1;
	struct command_watch watch = { .tick = teller->tick, .data = teller->data, .keep = lock };
	int r = 0;

	if (!count)
		return 0;
	descriptor = root_open_append(host_root(host), output, error);
	if (descriptor < 0)
		return descriptor;
	watch.output = descriptor;
	for (size_t i = 0; r == 0 && i < count; i++) {
		_cleanup_free_ char *text = command_text(&commands[i]);
		long long begin = monotonic_ms();

		if (teller_stopped(teller))
			return error_set(error, ECANCELED, "stopped before %s", text);
		teller_begin(teller, text);
		r = run(host, &commands[i], output, &watch, error);
		if (teller->end)
			teller->end(teller->data, r == 0,
				    (unsigned)((monotonic_ms() - begin) / 1000));
	}
	return r;
}

int follow_up_record(struct host *host, const struct record *record, int lock,
		     const struct teller *teller, struct error *error)
{
	_cleanup_free_ char *output = record_path(record->id, "output");

	return follow_up(host, record->commands, record->command_count, output, lock, teller,
			 error);
}
