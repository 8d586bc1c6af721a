/* SPDX-License-Identifier: GPL-2.0-or-later */
/* driver.persistent: the next boot gives every function of the card to vfio-pci. */
#include "base/alloc.h"
#include "base/strings.h"
#include "host/boot/initramfs_tool.h"
#include "host/boot/next_boot_facts.h"
#include "host/modules/vfio_driver.h"
#include "host/pci/pci_names.h"
#include "probes/bind_fix.h"
#include "probes/next_binding_words.h"
#include "probes/twin.h"
#include "probes/unread.h"

#include <string.h>

enum { MEGABYTE = 1000000 };

/* All that is known of the card's next boot. */
struct judgement {
	const struct subject *subject;
	const struct next_image *image; /* NULL where it has no say */
	struct next_boot_facts facts;
	struct strings places; /* what gives functions to vfio-pci, each once */
	size_t good;           /* functions that vfio-pci gets */
	size_t stale;     /* functions that it would get from the disk, but not from the image */
	bool needs_image; /* what it gets hangs on the image */
	bool changes;     /* a function of these is not on a vfio driver now */
	bool by_hand;     /* no fixer can mend it */
};

static const char *image_path(const struct judgement *judgement)
{
	return judgement->image ? judgement->image->path : "";
}

static bool is_virtual(const struct subject *subject, struct pci_function *function)
{
	const char *physical = "";

	return pci_physical_function(subject->host, function, &physical, NULL) == 0 && *physical;
}

/* The function's driver now when that is a driver of vfio's; NULL when it is not, or not known. */
static const char *vfio_driver_now(const struct subject *subject, struct pci_function *function)
{
	const char *driver;
	bool vfio;
	int r = vfio_driver_of(subject->host, function, &driver, &vfio, NULL);

	return r == 0 && vfio ? driver : NULL;
}

static void note_good(struct judgement *judgement, size_t index, const struct next_binding *binding)
{
	struct pci_function *function = judgement->subject->card->functions[index];
	char *place = xasprintf(binding->by_address ? "by address, /%s" : "ids= in /%s",
				binding->file);

	if (strings_have(&judgement->places, place))
		cleanup_free(&place);
	else
		strings_take(&judgement->places, place);
	judgement->good++;
	judgement->needs_image |= !binding->in_any_case;
	judgement->changes |= !vfio_driver_now(judgement->subject, function);
}

static enum verdict weight(const struct next_binding *binding, bool is_gpu)
{
	if (binding->lack == LACK_BUILTIN || binding->driver == NEXT_EITHER)
		return VERDICT_WARN;
	if (binding->driver == NEXT_UNKNOWN)
		return VERDICT_ERROR;
	return binding->driver == NEXT_OTHER || is_gpu ? VERDICT_FAIL : VERDICT_WARN;
}

static void judge_function(struct judgement *judgement, size_t index, struct finding *finding)
{
	const struct subject *subject = judgement->subject;
	struct pci_function *function = subject->card->functions[index];
	const struct next_binding next = next_binding(&judgement->facts, index);
	const struct next_binding disk = next_binding_on_disk(&judgement->facts, index);
	_cleanup_free_ char *who = pci_describe(subject->host, function), *words = NULL;
	const char *now = vfio_driver_now(subject, function);

	if (next.driver == NEXT_VFIO) {
		note_good(judgement, index, &next);
		if (disk.driver == NEXT_VFIO || disk.driver == NEXT_EITHER)
			return;
		words = next_binding_words(&disk, image_path(judgement));
		finding_say(finding, VERDICT_WARN,
			    "%s goes to vfio-pci only until /%s is built anew: on the disk %s", who,
			    image_path(judgement), words);
		return;
	}
	words = next_binding_words(&next, image_path(judgement));
	if (now && strcmp(now, "vfio-pci") != 0) {
		finding_say(
			finding, VERDICT_WARN,
			"%s is on %s, a variant of vfio-pci, and nothing seen here puts it there "
			"at boot",
			who, now);
		judgement->by_hand = true;
		return;
	}
	judgement->by_hand |= next.lack == LACK_BUILTIN || next.lack == LACK_KERNEL;
	finding_say(finding, weight(&next, index == 0), "%s: %s", who, words);
}

static void rebuild_fix(const struct judgement *judgement, struct finding *finding)
{
	const enum initramfs_tool tool = initramfs_tool_of(judgement->subject->host);

	if (tool == INITRAMFS_TOOL_UNKNOWN)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "build the initramfs anew, with the tool that this host uses for it");
	else
		finding_fix(finding, FIX_AUTOMATIC, NULL,
			    "build the initramfs of every kernel anew (%s) and reboot",
			    tool == INITRAMFS_DRACUT ? "dracut --regenerate-all --force"
						     : "update-initramfs -u -k all");
}

static void set_fix(const struct judgement *judgement, struct finding *finding)
{
	_cleanup_strings_ struct strings modules = { 0 };

	for (size_t i = 0; i < judgement->facts.count; i++) {
		const struct boot_function *function = &judgement->facts.functions[i];

		for (size_t k = 0; k < function->claimer_count; k++)
			strings_add_once(&modules, function->claimers[k].module);
	}
	strings_sort(&modules);
	if (judgement->facts.vfio_absent)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "install the package that has this kernel's vfio-pci "
			    "(linux-modules-extra-… on Ubuntu), or boot another kernel");
	else if (judgement->by_hand)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "leave it to libvirt, which binds at the VM's start (managed='yes' in "
			    "the hostdev), or to driverctl set-override ADDRESS vfio-pci");
	else if (judgement->stale && judgement->stale + judgement->good == judgement->facts.count)
		rebuild_fix(judgement, finding);
	else
		bind_fix(judgement->subject, &modules, finding);
}

static void say_good(const struct judgement *judgement, struct finding *finding)
{
	_cleanup_free_ char *places = strings_join(&judgement->places, "; "), *what = NULL;
	const struct next_image *image = judgement->image;
	const char *when = judgement->changes ? "from the next boot on" : "at the next boot";
	size_t count = judgement->facts.count;

	if (judgement->good < count)
		return;
	what = count == 1   ? xstrdup("its only function goes")
	       : count == 2 ? xstrdup("both functions go")
			    : xasprintf("all %zu functions go", count);
	if (!judgement->needs_image)
		finding_say(finding, VERDICT_PASS, "%s to vfio-pci %s (%s)", what, when, places);
	else if (image->state == IMAGE_READ)
		finding_say(finding, VERDICT_PASS, "%s to vfio-pci %s (%s), and /%s agrees", what,
			    when, places, image->path);
	else if (image->state == IMAGE_NOT_RECORDED)
		finding_say(
			finding, VERDICT_SKIP,
			"the disk has what gives the card to vfio-pci (%s); what /%s has is not "
			"recorded",
			places, image->path);
	else if (image->state == IMAGE_LARGE)
		finding_say(
			finding, VERDICT_SKIP,
			"the disk has what gives the card to vfio-pci (%s); not looked into: /%s, "
			"which is %llu MB (gpucheck driver.persistent does)",
			places, image->path, image->size / MEGABYTE);
	else
		finding_say(finding, VERDICT_ERROR,
			    "the disk has what gives the card to vfio-pci (%s); whether the "
			    "initramfs agrees cannot be told: %s",
			    places, image->error.text);
}

/* What the disk has will do with luck; the image, which counts, may have something worse. */
static void say_unknown(const struct judgement *judgement, struct finding *finding)
{
	const struct next_image *image = judgement->image;

	if (finding->verdict == VERDICT_WARN && image && image->state == IMAGE_FAILED)
		finding_say(finding, VERDICT_ERROR,
			    "%s; whether the initramfs agrees cannot be told: %s", finding->reason,
			    image->error.text);
}

/* What of the image differs from the disk, when it is why the next boot goes wrong. */
static void say_stale(struct judgement *judgement, struct finding *finding)
{
	const struct next_boot_facts *facts = &judgement->facts;
	const char *image = image_path(judgement);
	_cleanup_free_ char *file = NULL;
	enum verdict worst = VERDICT_PASS;
	bool older = false;

	for (size_t i = 0; i < facts->count; i++) {
		const struct next_binding next = next_binding(facts, i);

		if (next.driver == NEXT_VFIO || next_binding_on_disk(facts, i).driver != NEXT_VFIO)
			continue;
		judgement->stale++;
		if (weight(&next, i == 0) > worst)
			worst = weight(&next, i == 0);
	}
	if (!judgement->stale)
		return;
	file = next_boot_stale_file(judgement->subject->host, facts, &judgement->image->contents,
				    &older);
	if (!file)
		finding_say(finding, worst,
			    "/%s, which the next boot uses, was not built from what the disk has",
			    image);
	else
		finding_say(finding, worst, "/%s, which the next boot uses, %s /%s%s", image,
			    older ? "has an older" : "does not have", file,
			    older ? " than the disk" : "");
}

/* No function has anything that gives it to vfio-pci: said once for the card. */
static bool judge_untouched(const struct judgement *judgement, struct finding *finding)
{
	const struct next_boot_facts *facts = &judgement->facts;
	_cleanup_strings_ struct strings takers = { 0 };
	_cleanup_free_ char *joined = NULL;

	for (size_t i = 0; i < facts->count; i++) {
		const struct next_binding next = next_binding(facts, i);
		const char *now = vfio_driver_now(judgement->subject,
						  judgement->subject->card->functions[i]);

		if (next.lack != LACK_IDS || (now && strcmp(now, "vfio-pci") != 0))
			return false;
		if (next.other)
			strings_take(&takers, xasprintf("%s takes %s", next.other,
							facts->functions[i].identity.name));
	}
	joined = strings_join(&takers, ", ");
	finding_say(finding, VERDICT_FAIL,
		    "nothing gives the card to vfio-pci at the next boot%s%s", *joined ? ": " : "",
		    joined);
	return true;
}

static void judge(struct judgement *judgement, struct finding *finding)
{
	const struct next_boot_facts *facts = &judgement->facts;
	bool by_id = false;

	say_stale(judgement, finding);
	if (!judge_untouched(judgement, finding))
		for (size_t i = 0; i < facts->count; i++)
			judge_function(judgement, i, finding);
	for (size_t i = 0; i < facts->count; i++) {
		const struct next_binding next = next_binding(facts, i);

		by_id |= next.driver == NEXT_VFIO && !next.by_address;
	}
	say_unknown(judgement, finding);
	if (finding->verdict == VERDICT_FAIL || finding->verdict == VERDICT_WARN)
		set_fix(judgement, finding);
	if (by_id)
		say_twin(judgement->subject, &judgement->facts, finding);
	say_good(judgement, finding);
	next_boot_evidence(facts, judgement->image, finding);
}

static void run(const struct subject *subject, struct finding *finding)
{
	struct judgement judgement = { .subject = subject };
	struct pci_function *gpu = subject->card->functions[0];
	struct error error;
	int r;

	/* Made after the boot, by the physical function's driver, which may ask for it itself. */
	if (is_virtual(subject, gpu)) {
		finding_say(finding, VERDICT_SKIP,
			    "%s is a virtual function: it comes to be after the boot, and who "
			    "makes it binds it",
			    gpu->name);
		return;
	}
	r = next_boot_facts_read(subject->host, subject->card, subject->asked, &judgement.facts,
				 &judgement.image, &error);
	if (r < 0)
		say_unread(subject, r, &error, finding);
	else
		judge(&judgement, finding);
	strings_free(&judgement.places);
	next_boot_facts_free(&judgement.facts);
}

const struct probe driver_persistent_probe = {
	.id = "driver.persistent",
	.stage = STAGE_DRIVER,
	.scope = SCOPE_GPU,
	.title = "the next boot gives every function of the card to vfio-pci",
	.meaning =
		"What holds the card now says little of the next boot: it may have been bound by "
		"hand, or what binds it may be written down and not in force yet. A driver that has a "
		"device keeps it, so what counts is who comes first: vfio-pci with the card's ids (or "
		"a driver_override that keeps all others off), or a module that the kernel loads for "
		"the card. The boot has two stages, and the first one runs from the initramfs: what "
		"its own copies of modprobe's files say, and which modules it has, decides before the "
		"disk is asked. "
		"Looked at are the kernel arguments of the boot loader's default entry, the image that "
		"goes with its kernel, and on the disk /etc/modprobe.d and its like, /etc/modules, "
		"modules-load.d, /etc/udev/rules.d and /etc/driverctl.d. An image above 32 MiB is only "
		"looked into when the check or its stage is named, since that takes time.",
	.by_hand = "The lines in effect on the disk, and what the image of the next boot holds "
		   "(dracut: lsinitrd):\n"
		   "$ modprobe -c | grep vfio\n"
		   "$ lsinitramfs /boot/initrd.img-$(uname -r) | grep -E "
		   "'modprobe.d|vfio|nvidia|nouveau|amdgpu|snd_hda_intel'\n"
		   "To compare its files with the disk's, take them out:\n"
		   "$ unmkinitramfs /boot/initrd.img-$(uname -r) /tmp/image\n"
		   "Whether vfio-pci is built into the kernel; then only vfio-pci.ids= among its "
		   "arguments counts:\n"
		   "$ grep vfio.pci /lib/modules/$(uname -r)/modules.builtin",
	.remedy = "In a file of /etc/modprobe.d: \"options vfio-pci ids=…\" with all ids on one "
		  "line, and \"softdep MODULE pre: vfio-pci\" for every module that asks for the "
		  "card. Then:\n"
		  "$ update-initramfs -u -k all\n"
		  "With dracut: force_drivers+=\" vfio-pci \" and the file in install_items, then\n"
		  "$ dracut --regenerate-all --force\n"
		  "One of two identical cards: a driver_override by a rule of udev's, or\n"
		  "$ driverctl set-override 0000:01:00.0 vfio-pci\n"
		  "Where vfio-pci is built in: vfio-pci.ids= among the kernel arguments.",
	.pitfalls = "Of several ids= the last one wins, whole; a blank behind a comma ends the "
		    "list. Of several softdep lines for a module the first counts, and without "
		    "\"pre:\" it does nothing.\n"
		    "vfio-pci in /etc/modules is loaded beside udev, and in "
		    "/etc/initramfs-tools/modules behind it: neither makes another driver wait. A "
		    "blacklist keeps a module from being loaded for a device, and not from being "
		    "loaded by name, as nvidia's tools and Xorg do. A driver within the kernel "
		    "(xhci_hcd on some) comes before every module: no softdep and no ids= help "
		    "there.\n"
		    "update-initramfs -u alone builds only the newest kernel's image.\n"
		    "With managed='yes' libvirt takes the function at the VM's start, from "
		    "xhci_hcd and snd_hda_intel without harm.\n"
		    "A script of your own (init-top in the initramfs, an install line in "
		    "modprobe.d, a rule that runs a program) that names vfio or driver_override is "
		    "not understood, and is an error where nothing else binds the card; a systemd "
		    "unit that binds is not seen at all. Where such a thing does the work, or "
		    "where libvirt always shall (managed='yes'), put ignore = driver.persistent "
		    "into the card's section of /etc/gpucheck.conf.\n"
		    "A virtual function (SR-IOV) is made after the boot: this check leaves it out.",
	.run = run,
};
