/* SPDX-License-Identifier: GPL-2.0-or-later */
/* display.primary: tell Xorg which display stays with the host, where nothing tells it yet. */

#include "host/display/xorg.h"
#include "base/alloc.h"
#include "fixers/fixer.h"
#include "fixers/templates.h"
#include "host/display/display.h"

#include <errno.h>
#include <string.h>

#define DROP_IN "etc/X11/xorg.conf.d/20-gpucheck.conf"

enum { FILE_MODE = 0644 };

/* NVIDIA's own X driver is the only one for its kernel driver; all others set modes in the kernel.
 */
static const char *driver_for(struct host *host, struct pci_function *display)
{
	const char *driver;

	if (pci_driver(host, display, &driver, NULL) < 0 || !driver)
		return NULL;
	return strcmp(driver, "nvidia") ? "modesetting" : "nvidia";
}

static char *drop_in(const char *driver, const struct pci_function *display)
{
	_cleanup_free_ char *bus_id = xorg_bus_id_format(&display->address);
	_cleanup_free_ char *half = template_fill(template_xorg_drop_in, "@DRIVER@", driver);

	return template_fill(half, "@BUSID@", bus_id);
}

static enum fixer_answer propose(const struct repair *repair, struct plan *plan,
				 struct error *error)
{
	struct host *host = repair->subject.host;
	_cleanup_free_ char *text = NULL;
	struct pci_function *display = display_for_host(host, repair->subject.card);
	const struct xorg *xorg;
	const char *driver;

	if (xorg_read(host, &xorg, error) < 0)
		return FIXER_REFUSED;
	/* A BusID in the owner's files is the owner's to change; where firmware shows the card,
	 * that comes first. */
	if (!xorg->installed || xorg->count || !display || repair->finding->verdict == VERDICT_FAIL)
		return FIXER_BY_HAND;
	driver = driver_for(host, display);
	if (!driver) {
		error_set(error, ENODEV, "%s has no kernel driver, so that Xorg could use it",
			  display->name);
		return FIXER_REFUSED;
	}
	text = drop_in(driver, display);
	if (plan_set_file(plan, host, DROP_IN, text, FILE_MODE, error) < 0)
		return FIXER_REFUSED;
	plan_say(&plan->steps, "%s: Xorg is told to use %s", repair->check, display->name);
	return FIXER_PROPOSED;
}

static const char *const checks[] = { "display.primary", NULL };

const struct fixer xorg_fixer = {
	.checks = checks,
	.does = "Where Xorg is installed and no BusID is set anywhere: writes "
		"/etc/X11/xorg.conf.d/20-gpucheck.conf with the BusID of the display that stays. A BusID "
		"that names the card is the owner's to change, and so is the firmware's choice.",
	.risk = RISK_NEXT_BOOT,
	.propose = propose,
};
