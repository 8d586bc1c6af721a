/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --topology: the PCI tree around the cards. */
#include "report/topology_text.h"

#include "commands/commands.h"
#include "commands/present.h"
#include "commands/session.h"
#include "commands/terminal.h"

static int draw(const struct topology *topology, const struct options *options)
{
	const struct style style = style_for(options);
	struct presentation presentation;

	present_begin(&presentation);
	write_topology(topology, &style, presentation.out);
	return present_end(&presentation, options, STATUS_PASSED);
}

static int show(struct session *session, const struct options *options)
{
	struct topology topology;
	struct outcome outcome;
	struct error error;
	int status;

	if (session_run(session, 0, &outcome, &error) < 0)
		return complain(&error);
	if (!session->targets.count && !options->verbose) {
		remark("without a card there is no tree to draw; gpucheck --topology -v draws all "
		       "of it");
		status = STATUS_USAGE;
	} else if (topology_read(session->host, &session->targets, &outcome, options->verbose,
				 &topology, &error) < 0) {
		status = complain(&error);
	} else {
		status = draw(&topology, options);
		topology_free(&topology);
	}
	if (status == STATUS_PASSED)
		status = outcome.status;
	outcome_free(&outcome);
	return status;
}

int topology_command(const struct options *options)
{
	/* One check tells whether a card is isolated, here as in every report. */
	struct options asked = *options;
	struct session session;
	struct error error;
	int status;

	asked.checks = (struct strings){ 0 };
	strings_add(&asked.checks, "iommu.isolated");
	asked.has_through = true;
	asked.through = STAGE_GUEST;
	if (session_open(&asked, &session, &error) < 0) {
		status = complain(&error);
	} else {
		status = show(&session, options);
		session_close(&session);
	}
	strings_free(&asked.checks);
	return status;
}
