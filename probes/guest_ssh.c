/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest.ssh: the guest can be asked over SSH, by a key, with its host key known. */
#include "host/vm/guests.h"
#include "probes/option_rom.h"
#include "probes/probe.h"

static const struct {
	enum verdict verdict;
	const char *summary; /* NULL: no remedy of its own */
} outcomes[] = {
	[GUEST_ANSWERED] = { VERDICT_PASS, NULL },
	[GUEST_NO_ADDRESS] = { VERDICT_ERROR,
			       "say where the guest is with --guest [USER@]HOST[:PORT], "
			       "or install qemu-guest-agent in it" },
	[GUEST_NOT_RECORDED] = { VERDICT_SKIP, NULL },
	[GUEST_UNREACHABLE] = { VERDICT_ERROR, "see that the guest is up, has the network and runs "
					       "sshd; --wait SECONDS gives it time to boot" },
	[GUEST_HOST_KEY_UNKNOWN] = { VERDICT_FAIL,
				     "compare the fingerprint with the guest's own "
				     "(ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then "
				     "accept it once" },
	[GUEST_HOST_KEY_CHANGED] = { VERDICT_FAIL,
				     "if the guest was installed anew, forget its old "
				     "key and accept the new one" },
	[GUEST_LOGIN_REFUSED] = { VERDICT_FAIL,
				  "install your key in the guest, or name its user with "
				  "--guest USER@HOST" },
	[GUEST_BROKEN] = { VERDICT_ERROR, NULL },
	[GUEST_GARBLED] = { VERDICT_PASS, NULL },
	[GUEST_NO_PCI] = { VERDICT_PASS, NULL },
	[GUEST_NO_SSH] = { VERDICT_ERROR, "install libssh on this host; gpucheck speaks with "
					  "guests by it" },
};

static void run(const struct subject *subject, struct finding *finding)
{
	const struct guest *guest = guest_of(subject->host, subject->vm->name);
	const char *hint = "";

	if (!guest) {
		finding_say(finding, VERDICT_ERROR, "the guest was not asked");
		return;
	}
	if (guest->target)
		finding_evidence(finding, "ssh to the guest", "%s%s%s", guest->target,
				 guest->text ? ": " : "", guest->text ? guest->text : "");
	if (outcomes[guest->state].verdict == VERDICT_PASS) {
		finding_say(finding, VERDICT_PASS, "login as %s works and its host key is known",
			    guest->target);
		return;
	}
	if (guest->state == GUEST_NO_ADDRESS || guest->state == GUEST_UNREACHABLE)
		hint = option_rom_hint(subject, finding);
	finding_say(finding, outcomes[guest->state].verdict, "%s%s%s",
		    guest->target ? guest->target : "", guest->target ? ": " : "", guest->text);
	if (outcomes[guest->state].summary)
		finding_fix(finding, FIX_MANUAL, guest->command, "%s%s",
			    outcomes[guest->state].summary, hint);
}

const struct probe guest_ssh_probe = {
	.id = "guest.ssh",
	.stage = STAGE_GUEST,
	.scope = SCOPE_VM,
	.title = "the guest answers over SSH",
	.needs = "vm.running",
	.meaning =
		"What the guest sees can only be asked inside it. gpucheck logs in over SSH with the "
		"keys and the known_hosts of the user who calls it (also through sudo), heeds "
		"~/.ssh/config, and never asks for a password nor accepts a host key by itself.",
	.by_hand = "$ ssh -o BatchMode=yes USER@GUEST true",
	.remedy = "Unknown host key: log in once by hand, and compare the fingerprint. Refused: "
		  "install your key.\n"
		  "$ ssh USER@GUEST\n"
		  "$ ssh-copy-id USER@GUEST\n"
		  "No address: say --guest [USER@]HOST[:PORT], or write the guest's line into "
		  "/etc/gpucheck.conf.\n"
		  "A VM that never boots: <rom bar='off'/> in the card's <hostdev> keeps "
		  "firmware from running the card's option ROM (rom = off in the card's section "
		  "of /etc/gpucheck.conf lets gpucheck --fix write it so when it adds the card).",
	.pitfalls = "A VM that runs need not have booted: virsh domstate says \"running\" too "
		    "while its firmware hangs in the card's option ROM, where the card is its only "
		    "display. libvirt knows a lease only on its own networks; on a bridge it needs "
		    "the guest agent. A key with a passphrase counts only while an agent holds it, "
		    "and sudo drops SSH_AUTH_SOCK unless told to keep it.",
	.run = run,
};
