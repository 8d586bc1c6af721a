/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan does once, beside its change. */
#include "plan/actions.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "host/pci/rebind.h"
#include "host/process/service.h"
#include "host/vm/vm_changes.h"

#include <errno.h>

/* Seconds: a driver lets go at once or never; a guest may have much to store; systemd kills a
 * service that has not stopped after 90, where the unit says nothing else. */
enum { REBIND_SECONDS = 60, SHUTDOWN_SECONDS = 300, STOP_SECONDS = 120 };

static char *describe(const struct action *action)
{
	switch (action->kind) {
	case ACTION_BIND:
		return xasprintf("handing %s to vfio-pci", action->subject);
	case ACTION_START_VM:
		return xasprintf("starting VM %s", action->subject);
	case ACTION_RESTART_VM:
		return xasprintf("shutting down and starting VM %s", action->subject);
	case ACTION_STOP_SERVICE:
		return xasprintf("stopping %s", action->subject);
	default:
		return xasprintf("resuming VM %s", action->subject);
	}
}

static int act(struct host *host, const struct action *action, struct error *error)
{
	int r;

	switch (action->kind) {
	case ACTION_BIND:
		return rebind_to_vfio(host, &action->functions, REBIND_SECONDS, error);
	case ACTION_START_VM:
		return vm_start(host, action->subject, error);
	case ACTION_RESTART_VM:
		r = vm_shut_down(host, action->subject, SHUTDOWN_SECONDS, error);
		return r < 0 ? r : vm_start(host, action->subject, error);
	case ACTION_STOP_SERVICE:
		return service_stop(host, action->subject, STOP_SECONDS, error);
	default:
		return vm_resume(host, action->subject, error);
	}
}

int plan_act(struct host *host, const struct plan *plan, const struct teller *teller,
	     struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->action_count; i++) {
		_cleanup_free_ char *what = describe(&plan->actions[i]);
		long long begin = monotonic_ms();

		if (teller_stopped(teller))
			return error_set(error, ECANCELED, "stopped before %s", what);
		teller_begin(teller, what);
		r = act(host, &plan->actions[i], error);
		if (teller->end)
			teller->end(teller->data, r == 0,
				    (unsigned)((monotonic_ms() - begin) / 1000));
		if (r < 0)
			error_wrap(error, "%s", what);
	}
	return r;
}
