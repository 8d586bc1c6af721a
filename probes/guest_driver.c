/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest.driver: in the guest a driver has the GPU, and runs it. */
#include "base/alloc.h"
#include "host/pci/pci_names.h"
#include "probes/answering_guest.h"
#include "probes/guest_nvidia.h"
#include "probes/probe.h"

#include <string.h>

enum { VENDOR_AMD = 0x1002, VENDOR_NVIDIA = 0x10de };
enum { CLASS_3D = 0x0302, CLASS_DISPLAY = 0x03 };

static bool is_vfio(const char *driver)
{
	return ends_with(driver, "vfio-pci") || ends_with(driver, "vfio_pci");
}

static void show(const struct guest *guest, const struct guest_function *one,
		 struct finding *finding)
{
	_cleanup_free_ char *drm = strings_join(&one->drm, " ");
	_cleanup_free_ char *modules = strings_join(&one->modules, " ");
	const struct guest_nvidia *nvidia = &guest->nvidia;

	finding_evidence(finding, "the guest's sysfs", "%04x:%04x at %s: %s%s%s%s%s", one->vendor,
			 one->device, one->address, one->driver ? one->driver : "no driver",
			 *drm ? ", " : "", drm, *modules ? "; modules for it: " : "", modules);
	if (one->vendor != VENDOR_NVIDIA)
		return;
	if (nvidia->loaded)
		finding_evidence(finding, "the guest's module nvidia", "%s, %s",
				 nvidia->version ? nvidia->version : "version not told",
				 nvidia->flavour == NVIDIA_OPEN     ? "open"
				 : nvidia->flavour == NVIDIA_CLOSED ? "proprietary"
								    : "kind not told");
	if (nvidia->smi == SMI_ENDED)
		finding_evidence(finding, "nvidia-smi in the guest", "status %d, %zu GPUs%s%s",
				 nvidia->status, nvidia->listed.count, nvidia->text ? ": " : "",
				 nvidia->text ? nvidia->text : "");
}

static void propose_driver(const struct guest_function *one, struct finding *finding)
{
	if (one->vendor == VENDOR_NVIDIA)
		guest_nvidia_install(one, finding);
	else if (one->vendor == VENDOR_AMD)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "give the guest a kernel with the driver, and the card's firmware "
			    "(Debian: linux-image-amd64 in place of the cloud kernel, "
			    "firmware-amd-graphics; Ubuntu: linux-modules-extra of its kernel, "
			    "linux-firmware), and restart it");
	else
		finding_fix(finding, FIX_MANUAL, NULL,
			    "give the guest a kernel with the driver, and the card's firmware "
			    "(Debian: linux-image-amd64 in place of the cloud kernel, "
			    "firmware-misc-nonfree; Ubuntu: linux-modules-extra of its kernel, "
			    "linux-firmware), and restart it");
}

/* What the guest's kernel has for it explains; a kernel whose modprobe tells nothing has no say. */
static void judge_without(const struct guest *guest, const struct guest_function *one,
			  const char *who, struct finding *finding)
{
	_cleanup_free_ char *loaded = strings_join(&one->loaded, " ");
	_cleanup_free_ char *modules = strings_join(&one->modules, " ");

	if (one->vendor == VENDOR_NVIDIA && guest->nvidia.loaded) {
		guest_nvidia_refused(guest, one, who, finding);
		return;
	}
	propose_driver(one, finding);
	if (one->loaded.count) {
		finding_say(finding, VERDICT_FAIL,
			    "no driver has %s in the guest: %s is loaded there and did not take it",
			    who, loaded);
		finding_fix(finding, FIX_MANUAL, NULL,
			    "dmesg in the guest tells why; a missing firmware file is the "
			    "usual reason (Debian: firmware-%s; Ubuntu: linux-firmware), an "
			    "unassigned BAR (guest.bars) the next",
			    one->vendor == VENDOR_AMD ? "amd-graphics" : "misc-nonfree");
	} else if (one->modules.count) {
		finding_say(finding, VERDICT_FAIL,
			    "no driver has %s in the guest: its kernel has %s for it, which is not "
			    "loaded",
			    who, modules);
		finding_fix(finding, FIX_MANUAL, NULL,
			    "see in the guest whether a file of /etc/modprobe.d or its kernel's "
			    "arguments keep %s off, and load it (modprobe)",
			    modules);
	} else {
		finding_say(finding, VERDICT_FAIL, "no driver has %s in the guest%s%s%s", who,
			    guest->kernel ? " (kernel " : "", guest->kernel ? guest->kernel : "",
			    guest->kernel ? ")" : "");
	}
}

static void judge_nouveau(const struct guest *guest, const struct guest_function *one,
			  const char *who, struct finding *finding)
{
	if (guest->nvidia.loaded) {
		guest_nvidia_refused(guest, one, who, finding);
		return;
	}
	if (one->class >> 8 == CLASS_3D)
		finding_say(
			finding, VERDICT_FAIL,
			"nouveau has %s in the guest: a card without a display, and nouveau does "
			"not compute",
			who);
	else
		finding_say(
			finding, VERDICT_WARN,
			"nouveau has %s in the guest: it drives a display, and there is neither "
			"CUDA nor nvidia-smi with it",
			who);
	guest_nvidia_install(one, finding);
}

/* A driver of the kernel's graphics: it registers a DRM device once it has started the card. */
static void judge_drm(const struct guest *guest, const struct guest_function *one, const char *who,
		      struct finding *finding)
{
	_cleanup_free_ char *drm = strings_join(&one->drm, " ");

	if (one->drm.count) {
		if (!strcmp(one->driver, "nouveau"))
			judge_nouveau(guest, one, who, finding);
		else
			finding_say(finding, VERDICT_PASS, "%s runs %s in the guest (%s)",
				    one->driver, who, drm);
	} else if (!one->has_bars) {
		guest_does_not_tell(guest, "whether the driver started the card", finding);
	} else {
		finding_say(finding, VERDICT_FAIL,
			    "%s has %s in the guest and did not start it: there is no DRM device",
			    one->driver, who);
		finding_fix(finding, FIX_MANUAL, NULL,
			    "dmesg in the guest tells why (lines with %s, drm or firmware)",
			    one->driver);
	}
}

static void judge(const struct guest *guest, const struct guest_function *one,
		  struct finding *finding)
{
	_cleanup_free_ char *who = xasprintf("%04x:%04x at %s", one->vendor, one->device,
					     one->address);

	if (!one->driver) {
		judge_without(guest, one, who, finding);
	} else if (is_vfio(one->driver)) {
		finding_say(finding, VERDICT_WARN,
			    "%s has %s in the guest: it is kept for a VM inside the VM, and the "
			    "guest itself cannot use it",
			    one->driver, who);
	} else if (one->vendor == VENDOR_NVIDIA && !strcmp(one->driver, "nvidia")) {
		guest_nvidia_judge(guest, one, who, finding);
	} else if (one->class >> 16 == CLASS_DISPLAY || one->drm.count) {
		judge_drm(guest, one, who, finding);
	} else {
		finding_say(finding, VERDICT_PASS, "%s has %s in the guest", one->driver, who);
	}
}

/* Companions explain; the GPU's driver decides. A server's kernel often has none for HDMI audio. */
static void show_companions(const struct subject *subject, const struct guest *guest,
			    struct finding *finding)
{
	const struct guest_function *one = NULL;
	uint16_t vendor, device;

	for (size_t i = 1; i < subject->card->count; i++) {
		struct pci_function *function = subject->card->functions[i];

		if (!vm_find_hostdev(&subject->vm->live, &function->address) ||
		    pci_ids(subject->host, function, &vendor, &device, NULL) < 0)
			continue;
		while ((one = guest_next(guest, vendor, device, one)) != NULL)
			finding_evidence(finding, "the guest's sysfs", "%04x:%04x at %s: %s",
					 vendor, device, one->address,
					 one->driver ? one->driver : "no driver");
	}
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct guest *guest = answering_guest(subject, finding);
	const struct guest_function *one = NULL;
	uint16_t vendor, device;
	struct error error;
	size_t found = 0;

	if (!guest)
		return;
	if (pci_ids(subject->host, subject->card->functions[0], &vendor, &device, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	while ((one = guest_next(guest, vendor, device, one)) != NULL) {
		show(guest, one, finding);
		judge(guest, one, finding);
		found++;
	}
	show_companions(subject, guest, finding);
	if (!found)
		finding_say(finding, VERDICT_ERROR, "the guest (%s) does not show the GPU",
			    guest->target);
}

const struct probe guest_driver_probe = {
	.id = "guest.driver",
	.stage = STAGE_GUEST,
	.scope = SCOPE_VM,
	.title = "a driver of the guest runs the GPU",
	.needs = "guest.device",
	.meaning =
		"A driver of the guest is bound to the GPU and has started it. Of the kernel's own "
		"drivers (amdgpu, radeon, i915, xe, nouveau) the proof is the DRM device below the "
		"GPU; of NVIDIA's, that nvidia-smi lists it: that driver binds to a card which it then "
		"cannot start, and only says so when the card is opened.",
	.by_hand = "In the guest, for a VGA controller (0300) and a 3D controller (0302):\n"
		   "$ lspci -nnk -d ::0300\n"
		   "$ lspci -nnk -d ::0302\n"
		   "$ ls /sys/bus/pci/devices/ADDRESS/drm\n"
		   "NVIDIA; the second says whether the kernel modules are the open ones:\n"
		   "$ nvidia-smi --query-gpu=pci.bus_id --format=csv,noheader\n"
		   "$ cat /proc/driver/nvidia/version",
	.remedy = "NVIDIA on Debian, with contrib, non-free and non-free-firmware among the "
		  "sources; on Ubuntu (--gpgpu for a server):\n"
		  "$ apt install nvidia-driver firmware-misc-nonfree\n"
		  "$ ubuntu-drivers install\n"
		  "Blackwell and later need the open kernel modules of version 570 or later "
		  "(nvidia-driver-570-open, nvidia-open); cards before Turing need the "
		  "proprietary ones. Systems with NVSwitch need the Fabric Manager of the "
		  "driver's very version.\n"
		  "AMD: firmware-amd-graphics on Debian, linux-modules-extra of the kernel that "
		  "runs on Ubuntu. Intel: firmware-misc-nonfree. Debian's cloud kernel "
		  "(linux-image-cloud-amd64) has no graphics drivers: install linux-image-amd64.",
	.pitfalls = "\"No devices were found\" means that the driver is there and could not start "
		    "the card: the reason stands in the guest's kernel log (NVRM).\n"
		    "nvidia-smi lists a GPU of an NVSwitch system also while CUDA cannot start for "
		    "want of the Fabric Manager, which may have to run outside the guest. With "
		    "Secure Boot in the guest, a driver built there must be signed. Without "
		    "nvidia-persistenced, nvidia-smi takes seconds for each GPU; gpucheck gives it "
		    "20.",
	.run = run,
};
