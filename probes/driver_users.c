/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver.users: no process of the host has the card open. */
#include "base/alloc.h"
#include "probes/card_users.h"

#include <errno.h>

enum { NAMED = 3, SHOWN = 20 }; /* processes in the reason, nodes among the evidence */

static void show(const struct subject *subject, const struct card_users *users,
		 struct finding *finding)
{
	const bool live = host_is_live(subject->host);

	if (!users->count)
		finding_evidence(finding, live ? "proc" : RECORDED_HOLDERS,
				 "no process with a device node of the card");
	for (size_t i = 0; i < users->count && i < SHOWN; i++) {
		const struct holder *holder = &users->holders[i];
		_cleanup_free_ char *who = holder_describe(holder);
		_cleanup_free_ char *fd = xasprintf("proc/%d/fd", holder->pid);

		finding_evidence(finding, live ? fd : RECORDED_HOLDERS, "%s: /%s", who,
				 holder->node);
	}
}

/* It is the first node of its process, and that one counts: what only goes with a session does
 * where nobody else is there. */
static bool counts(const struct card_users *users, size_t index)
{
	const struct holder *holder = &users->holders[index];

	return (!index || holder->pid != holder[-1].pid) &&
	       (users->sessions_only || !holder_goes_with_session(holder));
}

static void say_users(const struct card_users *users, struct finding *finding)
{
	_cleanup_strings_ struct strings phrases = { 0 };
	_cleanup_free_ char *joined = NULL;
	size_t processes = 0;

	for (size_t i = 0; i < users->count; i++) {
		_cleanup_free_ char *who = NULL;

		if (!counts(users, i) || processes++ >= NAMED)
			continue;
		who = holder_describe(&users->holders[i]);
		strings_take(&phrases, xasprintf("%s holds /%s", who, users->holders[i].node));
	}
	joined = strings_join(&phrases, ", ");
	if (processes > NAMED)
		finding_say(finding, VERDICT_FAIL, "%s, and %zu more process%s the card", joined,
			    processes - NAMED, processes - NAMED > 1 ? "es hold" : " holds");
	else
		finding_say(finding, VERDICT_FAIL, "%s", joined);
}

static void fix(const struct card_users *users, struct finding *finding)
{
	_cleanup_free_ char *command = users->services.count ? card_users_command(users) : NULL;
	_cleanup_free_ char *services = strings_join(&users->services, " and ");
	_cleanup_free_ char *by_hand = strings_join(&users->by_hand, "; ");

	if (!users->by_hand.count)
		finding_fix(finding, FIX_DISRUPTIVE, command, "stop %s until vfio-pci has the card",
			    services);
	else if (users->services.count)
		finding_fix(finding, FIX_MANUAL, command, "%s; then stop %s", by_hand, services);
	else
		finding_fix(finding, FIX_MANUAL, NULL, "%s", by_hand);
}

static void judge(const struct subject *subject, const struct card_users *users,
		  struct finding *finding)
{
	show(subject, users, finding);
	if (users->count) {
		say_users(users, finding);
		fix(users, finding);
	} else if (users->vm) {
		finding_say(finding, VERDICT_PASS, "only the QEMU of VM %s has the card open",
			    users->vm);
	} else {
		finding_say(finding, VERDICT_PASS,
			    "no process of this host has a device node of the card open");
	}
}

static void run(const struct subject *subject, struct finding *finding)
{
	struct card_users users;
	struct error error;
	int r = card_users_find(subject, &users, &error);

	if (r == -ENOENT && !host_is_live(subject->host)) {
		finding_say(finding, VERDICT_SKIP,
			    "who holds the card is not recorded (no /" RECORDED_HOLDERS
			    " that names it)");
	} else if (r == -EACCES && host_is_live(subject->host)) {
		finding_say(finding, VERDICT_ERROR, "%s: run sudo gpucheck", error.text);
	} else if (r < 0) {
		finding_say_error(finding, &error);
	} else {
		judge(subject, &users, finding);
		card_users_free(&users);
	}
}

const struct probe driver_users_probe = {
	.id = "driver.users",
	.stage = STAGE_DRIVER,
	.scope = SCOPE_GPU,
	.title = "no process of the host holds the card",
	.meaning =
		"A process that has a device node of the card open keeps its driver busy: the unbind "
		"waits for it, often for ever, and a driver that lets go all the same may crash. "
		"Looked for are the nodes of every function: /dev/nvidia*, /dev/dri, /dev/kfd, "
		"/dev/snd, /dev/i2c-*, /dev/fb*, and /dev/vfio, where a program besides the VM (DPDK, "
		"a QEMU started by hand) keeps the VM from starting. The QEMU of the VM that has the "
		"card is no holder; libvirt's status file and its cgroup tell which process that is.",
	.by_hand = "$ sudo fuser -v /dev/nvidia* /dev/dri/* /dev/kfd /dev/snd/* /dev/vfio/*\n"
		   "Which of these nodes are the card's, and which service a process belongs to:\n"
		   "$ ls /sys/bus/pci/devices/0000:01:00.0/drm\n"
		   "$ cat /proc/PID/cgroup",
	.remedy = "Stop the service that holds the card, once, and give the card to vfio-pci at "
		  "boot (driver.vfio): then no process finds its nodes any more.\n"
		  "$ systemctl stop SERVICE\n"
		  "A compositor or a game is closed by its user, or with the session:\n"
		  "$ loginctl terminate-session ID",
	.pitfalls = "Desktops open every GPU they find, not only the one with the screen; "
		    "monitoring and RGB tools open I2C buses. Stopping a display manager ends its "
		    "graphical sessions. A process that only maps the card's memory and has closed "
		    "the node is not seen, nor is a node that a container has under another name. "
		    "Without root's rights only the caller's own processes can be told.",
	.run = run,
};
