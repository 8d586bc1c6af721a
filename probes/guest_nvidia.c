/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NVIDIA's own driver in a guest: whether it runs the card, and why it may not. */
#include "probes/guest_nvidia.h"

#include "base/alloc.h"
#include "probes/answering_guest.h"

#include <string.h>

/*
 * NVIDIA numbers its GPUs upwards: before TU102 (1e02) none has the system processor (GSP) that the
 * open kernel modules need, and from Blackwell on (2901 the first) the proprietary ones refuse.
 */
enum { FIRST_WITH_GSP = 0x1e00, FIRST_OPEN_ONLY = 0x2900 };

/* What nvidia-smi returns (its manual page, "RETURN VALUE"; the numbers are NVML's), or its shell.
 */
enum {
	SMI_NO_PERMISSION = 4,
	SMI_NO_LIBRARY = 12,
	SMI_BLOCKED = 17, /* the device node, by cgroups */
	SMI_VERSION_MISMATCH = 18,
	SHELL_NOT_EXECUTABLE = 126,
	SHELL_NOT_FOUND = 127,
};

static const char *flavour_words(const struct guest_nvidia *nvidia)
{
	switch (nvidia->flavour) {
	case NVIDIA_OPEN:
		return " with the open kernel modules";
	case NVIDIA_CLOSED:
		return " with the proprietary kernel modules";
	case NVIDIA_UNKNOWN:
		break;
	}
	return "";
}

/* "nvidia 550.54.15" */
static char *driver_name(const struct guest_nvidia *nvidia)
{
	return xasprintf("nvidia%s%s", nvidia->version ? " " : "",
			 nvidia->version ? nvidia->version : "");
}

void guest_nvidia_install(const struct guest_function *gpu, struct finding *finding)
{
	if (gpu->device >= FIRST_OPEN_ONLY)
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"install NVIDIA's driver with its open kernel modules, version 570 or "
			"later, in the guest (Ubuntu: nvidia-driver-570-open, or what "
			"ubuntu-drivers names; Debian: nvidia-open from NVIDIA's repository) and "
			"restart the guest");
	else
		finding_fix(finding, FIX_MANUAL, NULL,
			    "install NVIDIA's driver in the guest (Debian: nvidia-driver and "
			    "firmware-misc-nonfree, from contrib, non-free and non-free-firmware; "
			    "Ubuntu: what ubuntu-drivers names) and restart the guest");
}

/* The modules loaded are of the wrong kind for this GPU; says so. */
static bool wrong_flavour(const struct guest *guest, const struct guest_function *gpu,
			  const char *what, struct finding *finding)
{
	const struct guest_nvidia *nvidia = &guest->nvidia;

	if (nvidia->flavour == NVIDIA_CLOSED && gpu->device >= FIRST_OPEN_ONLY) {
		finding_say(finding, VERDICT_FAIL,
			    "%s: this GPU (Blackwell or later) needs NVIDIA's open kernel modules, "
			    "and the guest has the proprietary ones",
			    what);
		guest_nvidia_install(gpu, finding);
		return true;
	}
	if (nvidia->flavour == NVIDIA_OPEN && gpu->device < FIRST_WITH_GSP) {
		finding_say(finding, VERDICT_FAIL,
			    "%s: NVIDIA's open kernel modules need a GPU of Turing or later, and "
			    "this one is older",
			    what);
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"install the driver with the proprietary kernel modules in the guest, of "
			"version 580 or before (Debian: nvidia-driver; Ubuntu: "
			"nvidia-driver-580, without -open) and restart the guest");
		return true;
	}
	return false;
}

void guest_nvidia_refused(const struct guest *guest, const struct guest_function *gpu,
			  const char *who, struct finding *finding)
{
	_cleanup_free_ char *driver = driver_name(&guest->nvidia);
	_cleanup_free_ char *what = xasprintf("%s%s is loaded in the guest and did not take %s%s%s",
					      driver, flavour_words(&guest->nvidia), who,
					      gpu->driver ? ", which is on " : "",
					      gpu->driver ? gpu->driver : "");

	if (wrong_flavour(guest, gpu, what, finding))
		return;
	finding_say(finding, VERDICT_FAIL, "%s", what);
	if (gpu->driver)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "keep %s off in the guest (\"blacklist %s\" in a file of "
			    "/etc/modprobe.d, then update-initramfs -u) and restart the guest",
			    gpu->driver, gpu->driver);
	else
		finding_fix(finding, FIX_MANUAL, NULL,
			    "dmesg in the guest tells why (lines with NVRM); an unassigned BAR "
			    "(guest.bars), and a GPU that this version of the driver does not know "
			    "yet or any more, are the usual reasons");
}

/* nvidia-smi itself did not work: then it tells nothing of the GPU. */
static bool cannot_tell(const struct guest_nvidia *nvidia)
{
	static const int own[] = { SMI_NO_PERMISSION, SMI_NO_LIBRARY, SMI_BLOCKED,
				   SHELL_NOT_EXECUTABLE, SHELL_NOT_FOUND };

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (nvidia->status == own[i])
			return true;
	return false;
}

static void judge_unlisted(const struct guest *guest, const struct guest_function *gpu,
			   const char *what, struct finding *finding)
{
	const struct guest_nvidia *nvidia = &guest->nvidia;
	_cleanup_free_ char *said = xasprintf("%s, and nvidia-smi does not list it (status %d%s%s)",
					      what, nvidia->status, nvidia->text ? ": " : "",
					      nvidia->text ? nvidia->text : "");

	if (cannot_tell(nvidia)) {
		finding_say(finding, VERDICT_ERROR,
			    "%s, and nvidia-smi could not look (status %d%s%s)", what,
			    nvidia->status, nvidia->text ? ": " : "",
			    nvidia->text ? nvidia->text : "");
		finding_fix(finding, FIX_MANUAL, NULL,
			    "run nvidia-smi in the guest as the user that gpucheck logs in as, or "
			    "let it log in as root (--guest root@HOST)");
		return;
	}
	if (wrong_flavour(guest, gpu, said, finding))
		return;
	finding_say(finding, VERDICT_FAIL, "%s", said);
	if (nvidia->status == SMI_VERSION_MISMATCH)
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"restart the guest: its kernel still runs the module of another version "
			"than the driver that is installed");
	else
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"dmesg in the guest tells why (lines with NVRM or Xid); a card that was "
			"not reset works again when the VM was shut down and started; an "
			"unassigned BAR (guest.bars) and firmware of another version are the "
			"other usual reasons");
}

static void judge_listed(const struct guest *guest, const char *what, struct finding *finding)
{
	const struct guest_nvidia *nvidia = &guest->nvidia;

	finding_say(finding, VERDICT_PASS, "%s and nvidia-smi lists it", what);
	if (nvidia->status != 0)
		finding_say(finding, VERDICT_WARN,
			    "%s and nvidia-smi lists it, but is not content (status %d%s%s)", what,
			    nvidia->status, nvidia->text ? ": " : "",
			    nvidia->text ? nvidia->text : "");
	if (guest->fabric != FABRIC_WITHOUT_MANAGER)
		return;
	finding_say(finding, VERDICT_WARN,
		    "%s and nvidia-smi lists it, but the guest has NVSwitches and no "
		    "nv-fabricmanager runs: CUDA will not start (error 802)",
		    what);
	finding_fix(finding, FIX_MANUAL, NULL,
		    "install the Fabric Manager of the driver's very version (%s) in the guest and "
		    "start it (systemctl enable --now nvidia-fabricmanager)",
		    nvidia->version ? nvidia->version : "nvidia-smi shows it");
}

void guest_nvidia_judge(const struct guest *guest, const struct guest_function *gpu,
			const char *who, struct finding *finding)
{
	const struct guest_nvidia *nvidia = &guest->nvidia;
	_cleanup_free_ char *driver = driver_name(nvidia);
	_cleanup_free_ char *what = xasprintf("%s%s has %s", driver, flavour_words(nvidia), who);

	switch (nvidia->smi) {
	case SMI_ENDED:
		if (strings_have(&nvidia->listed, gpu->address))
			judge_listed(guest, what, finding);
		else
			judge_unlisted(guest, gpu, what, finding);
		return;
	case SMI_LATE:
		finding_say(finding, VERDICT_ERROR, "%s, and nvidia-smi did not end in 20 seconds",
			    what);
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"look into the guest's kernel log (dmesg, lines with NVRM or Xid); where "
			"nvidia-smi is only slow, nvidia-persistenced keeps the GPUs ready");
		return;
	case SMI_ABSENT:
		finding_say(finding, VERDICT_ERROR,
			    "%s; whether it works, nvidia-smi would tell, and the guest has none",
			    what);
		finding_fix(finding, FIX_MANUAL, NULL,
			    "install nvidia-smi in the guest (Debian: nvidia-smi; Ubuntu: "
			    "nvidia-utils of the driver's version)");
		return;
	case SMI_IDLE:
	case SMI_NOT_TOLD:
		break;
	}
	guest_does_not_tell(guest, "whether nvidia-smi lists the card", finding);
}
