/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --record: check as ever, so that guests are asked; write the record; see that it says the same.
 */
#include "base/alloc.h"
#include "commands/commands.h"
#include "commands/present.h"
#include "commands/session.h"
#include "recording/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct result *find_result(const struct outcome *outcome, const struct result *like)
{
	for (size_t i = 0; i < outcome->count; i++) {
		const struct result *one = &outcome->results[i];

		if (!strcmp(one->id, like->id) &&
		    !strcmp(one->gpu ? one->gpu : "", like->gpu ? like->gpu : ""))
			return one;
	}
	return NULL;
}

/* Each check that the record answers with another verdict; how many. */
static size_t compare(const struct outcome *host, const struct outcome *record)
{
	size_t count = 0;

	for (size_t i = 0; i < host->count; i++) {
		const struct result *one = &host->results[i];
		const struct result *other = find_result(record, one);
		enum verdict verdict = other ? other->finding.verdict : VERDICT_SKIP;

		if (verdict == one->finding.verdict)
			continue;
		remark("%s: %s here, %s by the record: %s", one->id,
		       verdict_name(one->finding.verdict), verdict_name(verdict),
		       other ? other->finding.reason : "this check is not asked there");
		count++;
	}
	return count;
}

/* The same questions to the record, but for those that would ask a real libvirt or guest. */
static void replay(const struct options *options, const struct outcome *host)
{
	struct options again = *options;
	struct session session;
	struct outcome outcome;
	struct error error;

	again.root = options->record;
	again.connect = again.guest = NULL;
	if (session_open(&again, &session, &error) < 0) {
		complain(&error);
		return;
	}
	if (session_run(&session, 0, &outcome, &error) < 0) {
		complain(&error);
	} else {
		if (!compare(host, &outcome))
			remark("replayed, it gives the same %zu verdicts", outcome.count);
		outcome_free(&outcome);
	}
	session_close(&session);
}

static void tell(const struct options *options, const struct recording *recording)
{
	_cleanup_free_ char *word = shell_word(options->record);

	for (size_t i = 0; i < recording->unreadable.count; i++)
		remark("not read: %s", recording->unreadable.items[i]);
	if (recording->unreadable.count && !options->root && geteuid() != 0)
		remark("the record says so of each; as root more can be read");
	remark("%s: %zu files and %zu links", options->record, recording->files, recording->links);
	remark("replay it anywhere with: gpucheck --root %s", word);
	remark("look through it before you give it away; docs/records.md tells what was taken out");
}

static int write_record(const struct options *options, struct session *session)
{
	struct recording recording;
	struct outcome outcome;
	struct error error;

	if (session_run(session, options->wait, &outcome, &error) < 0)
		return complain(&error);
	if (recording_write(session->host, options->record, &recording, &error) < 0) {
		outcome_free(&outcome);
		return complain(&error);
	}
	tell(options, &recording);
	recording_free(&recording);
	if (!outcome.no_gpu)
		replay(options, &outcome);
	outcome_free(&outcome);
	return STATUS_PASSED;
}

int record_command(const struct options *options)
{
	struct session session;
	struct error error;
	int status;

	if (session_open(options, &session, &error) < 0)
		return complain(&error);
	status = write_record(options, &session);
	session_close(&session);
	return status;
}
