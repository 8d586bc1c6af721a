/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One look at the host. */
#include "commands/session.h"

#include "commands/present.h"
#include "commands/progress.h"
#include "host/host.h"
#include "host/vm/vms.h"
#include "plan/interrupted.h"

#include <errno.h>

static int choose_targets(struct session *session, struct error *error)
{
	const struct options *options = session->options;
	int r;

	if (!session->selection.has_gpu)
		return 0;
	r = targets_choose(session->host, &options->gpus, &session->configuration,
			   &session->targets, error);
	/* A GPU that was named and is not there ends the run; a host without one is reported. */
	if (r == 0 || options->gpus.count || session->configuration.count)
		return r;
	complain(error);
	return 0;
}

static int choose(struct session *session, struct error *error)
{
	const struct options *options = session->options;
	const struct configuration *configuration = &session->configuration;
	const bool own = !options->has_through && configuration->has_through;
	int r = selection_make(&options->checks, own ? configuration->through : options->through,
			       &session->selection, error);

	if (r < 0)
		return r;
	vms_connect(session->host, options->connect);
	if (session->selection.has_vm)
		vms_ask_ahead(session->host, session->selection.has_guest);
	r = choose_targets(session, error);
	if (r < 0)
		selection_free(&session->selection);
	return r;
}

/* A plan that was cut short may have left the host between two states: every run says so. */
static void remark_interrupted(struct host *host)
{
	struct interruption found;
	struct error error;
	int r = interruption_look(host, &found, &error);

	/* Who may not read the records may not take them back either. */
	if (r < 0 && r != -EACCES)
		remark("whether a plan was interrupted cannot be told: %s", error.text);
	if (r <= 0)
		return;
	if (found.readable)
		remark("plan %u was interrupted while %s: gpucheck --undo takes it back", found.id,
		       record_state_name(found.state));
	else
		remark("plan %u was interrupted while %s, and gpucheck --undo cannot take it back: %s",
		       found.id, record_state_name(found.state), found.why_not.text);
}

/* What a file of another user's says is shown, and not done. */
static int guard_configuration(const struct session *session, struct error *error)
{
	const struct options *options = session->options;

	if (host_guard_configuration(session->host, options->config, error) == 0)
		return 0;
	if (options->mode == MODE_FIX && !options->dry_run)
		return error->code;
	remark("--fix will refuse %s", error->text);
	return 0;
}

int session_open(const struct options *options, struct session *ret, struct error *error)
{
	struct session session = { .options = options };
	int r = host_open(options->root, &session.host, error);

	if (r < 0)
		return error_wrap(error, "--root");
	host_tell(session.host, progress_of_looking(options));
	remark_interrupted(session.host);
	r = guard_configuration(&session, error);
	if (r == 0)
		r = configuration_read(options->config, session.host, &session.configuration,
				       error);
	if (r == 0) {
		r = choose(&session, error);
		if (r < 0)
			configuration_free(&session.configuration);
	}
	if (r < 0) {
		host_close(session.host);
		return r;
	}
	*ret = session;
	return 0;
}

int session_run(struct session *session, unsigned wait, struct outcome *ret, struct error *error)
{
	const struct options *options = session->options;
	const struct question question = {
		.selection = &session->selection,
		.targets = &session->targets,
		.vm = options->vm,
		.guest = options->guest,
		.wait = wait,
		.strict = options->strict || session->configuration.strict,
		.asked = options->checks.count || options->mode == MODE_FIX,
	};

	return run_checks(session->host, &question, ret, error);
}

void session_close(struct session *session)
{
	targets_free(&session->targets);
	selection_free(&session->selection);
	configuration_free(&session->configuration);
	host_close(session->host);
}
