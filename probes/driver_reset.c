/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver.reset: the GPU can be reset between two runs of a VM. */
#include "base/alloc.h"
#include "host/kernel_release.h"
#include "host/pci/pci_names.h"
#include "host/pci/reset.h"
#include "probes/driver_evidence.h"

#include <errno.h>
#include <string.h>

#define OWN_WAY "device_specific"

/* What a GPU without a reset does. */
#define ONLY_ONCE \
	"the VM gets the card once, and at its next start the guest finds it as it was left"

static bool resets_by_bus_only(const struct strings *methods)
{
	for (size_t i = 0; i < methods->count; i++)
		if (strcmp(methods->items[i], "bus") != 0 &&
		    strcmp(methods->items[i], "cxl_bus") != 0)
			return false;
	return methods->count > 0;
}

/* Who else is on the GPU's bus. */
struct neighbours {
	struct strings vfio, other;
};

static int add_neighbour(const struct subject *subject, struct pci_function *one,
			 struct neighbours *neighbours, struct finding *finding,
			 struct error *error)
{
	const char *driver;
	bool vfio;
	int r = driver_evidence(subject, one, finding, &driver, &vfio, error);

	if (r == 0)
		strings_take(vfio ? &neighbours->vfio : &neighbours->other,
			     pci_describe(subject->host, one));
	return r;
}

/* A reset of the bus takes all that is on it: vfio does it only where it has all of that. */
static void judge_neighbours(const struct neighbours *neighbours, struct finding *finding)
{
	_cleanup_free_ char *vfio = strings_join(&neighbours->vfio, ", ");
	_cleanup_free_ char *other = strings_join(&neighbours->other, ", ");

	if (neighbours->other.count)
		finding_say(finding, VERDICT_FAIL,
			    "the GPU's only reset is that of its bus, which cannot be done while "
			    "vfio-pci does not have %s too: " ONLY_ONCE,
			    other);
	if (neighbours->vfio.count)
		finding_say(finding, VERDICT_WARN,
			    "the GPU's only reset is that of its bus, which is done only while %s "
			    "is in the same VM",
			    vfio);
	if (neighbours->other.count || neighbours->vfio.count)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "give all that is on its bus to the VM, or put the card into a slot "
			    "where it is alone on its bus");
}

static int judge_bus(const struct subject *subject, struct finding *finding, struct error *error)
{
	const struct pci_address *gpu = &subject->card->functions[0]->address;
	struct neighbours neighbours = { 0 };
	const struct pci_functions *all;
	int r = pci_functions(subject->host, &all, error);

	for (size_t i = 0; r == 0 && i < all->count; i++) {
		struct pci_function *one = &all->items[i];

		if (one->address.domain == gpu->domain && one->address.bus == gpu->bus &&
		    !card_has(subject->card, &one->address))
			r = add_neighbour(subject, one, &neighbours, finding, error);
	}
	if (r == 0)
		judge_neighbours(&neighbours, finding);
	strings_free(&neighbours.vfio);
	strings_free(&neighbours.other);
	return r;
}

static void say_impossible(const struct subject *subject, struct finding *finding)
{
	bool told = false;

	/* Before Linux 5.15 only the file reset told, which cannot be read and so not recorded. */
	if (!host_is_whole(subject->host) &&
	    (kernel_is_since(subject->host, 5, 15, &told, NULL) < 0 || !told)) {
		finding_say(finding, VERDICT_SKIP, "how the GPU is reset is not recorded");
		return;
	}
	finding_say(finding, VERDICT_FAIL, "the kernel knows no way to reset the GPU: " ONLY_ONCE);
	finding_fix(
		finding, FIX_MANUAL, NULL,
		"shut the host down and start it between two runs of the VM; a newer firmware of "
		"the card or another slot may bring a reset");
}

static void say_turned_off(const struct pci_function *gpu, struct finding *finding)
{
	_cleanup_free_ char *path = pci_path(gpu, "reset_method");
	_cleanup_free_ char *command = xasprintf("echo default | sudo tee /%s", path);

	finding_say(
		finding, VERDICT_FAIL,
		"all ways to reset the GPU were turned off (reset_method is empty): " ONLY_ONCE);
	finding_fix(finding, FIX_MANUAL, command,
		    "turn them on again, and find out what writes into reset_method at boot");
}

static int judge_model(const struct subject *subject, const struct pci_reset *reset,
		       struct finding *finding, struct error *error)
{
	struct pci_function *gpu = subject->card->functions[0];
	_cleanup_free_ char *methods = strings_join(&reset->methods, ", ");
	uint16_t vendor, device;
	const char *family;
	int r = pci_ids(subject->host, gpu, &vendor, &device, error);

	if (r < 0)
		return r;
	family = pci_reset_trouble(vendor, device);
	if (!family || (reset->methods.count && !strcmp(reset->methods.items[0], OWN_WAY)))
		return 0;
	finding_say(finding, VERDICT_WARN,
		    "the GPU is of the family %s, which often does not come back from a reset%s%s: "
		    "the VM's second start may fail",
		    family, methods[0] ? " by " : "", methods);
	finding_fix(
		finding, FIX_MANUAL, NULL,
		"install the kernel module vendor-reset (github.com/gnif/vendor-reset), load it "
		"early at boot, and let it write " OWN_WAY
		" into reset_method of %s by its udev rule",
		gpu->name);
	return 0;
}

static void judge(const struct subject *subject, const struct pci_reset *reset,
		  struct finding *finding)
{
	struct pci_function *gpu = subject->card->functions[0];
	_cleanup_free_ char *path = pci_path(gpu, reset->file ? reset->file : "reset_method");
	_cleanup_free_ char *words = strings_join(&reset->methods, " ");
	_cleanup_free_ char *list = strings_join(&reset->methods, ", ");
	bool is_old = reset->file && !strcmp(reset->file, "reset");
	struct error error;
	int r;

	finding_evidence(finding, path, "%s", !reset->file ? "none" : is_old ? "there" : words);
	if (!reset->file || (!is_old && !reset->methods.count)) {
		if (reset->file)
			say_turned_off(gpu, finding);
		else
			say_impossible(subject, finding);
		return;
	}
	r = judge_model(subject, reset, finding, &error);
	if (r == 0 && resets_by_bus_only(&reset->methods))
		r = judge_bus(subject, finding, &error);
	if (r < 0)
		finding_say_error(finding, &error);
	if (is_old)
		finding_say(finding, VERDICT_PASS,
			    "the kernel has a way to reset the GPU, and is too old to say which");
	else
		finding_say(finding, VERDICT_PASS, "the kernel resets the GPU by %s", list);
}

static void run(const struct subject *subject, struct finding *finding)
{
	struct pci_reset reset;
	struct error error;

	if (pci_reset_read(subject->host, subject->card->functions[0], &reset, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	judge(subject, &reset, finding);
	strings_free(&reset.methods);
}

const struct probe driver_reset_probe = {
	.id = "driver.reset",
	.stage = STAGE_DRIVER,
	.scope = SCOPE_GPU,
	.title = "the GPU can be reset",
	.meaning =
		"When a VM stops, the next start must find the GPU as it was after power-on: so vfio "
		"resets it. reset_method names the ways the kernel has, in the order it tries them: "
		"device_specific (written for this model), acpi, flr and af_flr (the function by "
		"itself), pm (by way of power state D3), bus (all that is on its bus). With none the "
		"card works in a VM until that VM stops or reboots, and then not before the host was "
		"off.",
	.by_hand = "$ cat /sys/bus/pci/devices/0000:01:00.0/reset_method\n"
		   "The file (Linux 5.15 and later) is missing when there is no way, and empty "
		   "when somebody turned all of them off. Older kernels only say whether there is "
		   "one, by this file:\n"
		   "$ ls /sys/bus/pci/devices/0000:01:00.0/reset",
	.remedy =
		"For AMD's Polaris, Vega and Navi 1x: the kernel module vendor-reset, loaded before "
		"anything resets the card, and device_specific written into reset_method, which its "
		"udev rule does. Otherwise a newer firmware of the card, or power off and on "
		"between two runs.",
	.pitfalls =
		"That a way exists does not mean that the card comes back from it: the models known "
		"for that are a warning here, and a try is the only proof for others. \"bus\" may be "
		"advertised and fail: the kernel looks when it finds function 0, before it knows of "
		"the others in the slot, and can then reset the bus only when vfio has all of them. "
		"That is why the card's audio function belongs to the VM as well; it needs no way of "
		"its own. vendor-reset cannot help a card that has hung already. Writing into "
		"reset_method lasts until the next boot.",
	.run = run,
};
