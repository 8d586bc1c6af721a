/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --undo: take an applied plan back. */
#include "plan/undo.h"

#include "base/alloc.h"
#include "commands/commands.h"
#include "commands/present.h"
#include "commands/progress.h"
#include "commands/terminal.h"
#include "host/vm/vms.h"
#include "plan/preconditions.h"
#include "report/output.h"
#include "report/plan_text.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* What writes itself into a stream, to standard output or --output. */
static int put_out(struct host *host, const struct record *record, const struct options *options)
{
	_cleanup_free_ char *text = NULL;
	struct error error;
	size_t length;
	const struct style style = style_for_plan(options, STDOUT_FILENO);
	FILE *out = xmemstream(&text, &length);
	int r = record ? write_undo(host, record, &style, out, &error)
		       : write_records(host, &style, out, &error);

	fclose(out);
	if (r < 0 || output_write(options->output, text, length, &error) < 0)
		return complain(&error);
	return STATUS_PASSED;
}

static int take_back(struct host *host, struct record *record, int lock,
		     const struct options *options)
{
	const struct style style = style_for_plan(options, STDERR_FILENO);
	_cleanup_strings_ struct strings left = { 0 };
	const struct teller *teller = progress_begin();
	struct error error;
	int r = write_undo(host, record, &style, stderr, &error);

	if (r == 0)
		r = record_undo(host, record, lock, teller, &left, &error);
	progress_end();
	for (size_t i = 0; i < left.count; i++)
		remark("%s", left.items[i]);
	if (r < 0) {
		complain(&error);
		remark("plan %u is not taken back: mend this, and say gpucheck --undo again",
		       record->id);
		return STATUS_FAILED;
	}
	remark("plan %u is taken back%s", record->id, left.count ? ", but for this" : "");
	if (record->command_count && host_is_live(host))
		remark("reboot for the kernel's arguments and drivers to be as before");
	return left.count ? STATUS_FAILED : STATUS_PASSED;
}

/* Under the lock: what is there to take back cannot change any more. */
static int undo(struct host *host, const struct options *options)
{
	_cleanup_close_ int lock = -1;
	struct record record;
	struct error error;
	int status, r = options->dry_run ? 0 : may_change(host, &error);

	if (r == 0 && !options->dry_run)
		lock = r = record_lock(host, &error);
	if (r >= 0)
		r = record_find(host, options->undo_id, &record, &error);
	if (r < 0)
		return complain(&error);
	status = options->dry_run ? put_out(host, &record, options)
				  : take_back(host, &record, lock, options);
	record_free(&record);
	return status;
}

int undo_command(const struct options *options)
{
	struct host *host;
	struct error error;
	int status;

	if (host_open(options->root, &host, &error) < 0) {
		error_wrap(&error, "--root");
		return complain(&error);
	}
	host_tell(host, progress_of_looking(options));
	vms_connect(host, options->connect);
	status = options->undo_list ? put_out(host, NULL, options) : undo(host, options);
	host_close(host);
	return status;
}
