/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gets a function at the next boot: the decision on facts alone. */
#include "host/boot/next_binding.h"
#include "base/alloc.h"
#include "tests/unit/suites.h"

#include <string.h>

#define GPU  "pci:v000010DEd00002504sv00001043sd000087A4bc03sc00i00"
#define IDS  "options vfio-pci ids=10de:2504\n"
#define SOFT "softdep nouveau pre: vfio-pci\n"
#define RULE                                                              \
	"ACTION==\"add\", SUBSYSTEM==\"pci\", KERNEL==\"0000:01:00.0\", " \
	"ATTR{driver_override}=\"vfio-pci\", RUN{builtin}+=\"kmod load vfio-pci\"\n"
#define PROBING                                                          \
	"KERNEL==\"0000:01:00.0\", ATTR{driver_override}=\"vfio-pci\", " \
	"RUN+=\"/bin/sh -c 'echo %k >/sys/bus/pci/drivers_probe'\"\n"

/* One stage as texts; NULL is nothing. */
struct stage_text {
	const char *modprobe, *rules, *listed, *early, *modules, *script;
};

struct boot_text {
	const char *what;
	struct stage_text image, disk; /* an image without modules is not known */
	const char *arguments, *builtin, *driverctl, *needs;
	bool vfio_builtin, vfio_absent;
	enum next_driver driver;
	enum next_lack lack;
	bool in_image;
};

static void add_words(const char *text, struct strings *list)
{
	_cleanup_free_ char *copy = xstrdup(text ? text : "");
	char *cursor = copy, *word;

	while ((word = strsep(&cursor, " ")))
		if (*word)
			strings_add(list, word);
}

static void make_stage(const struct stage_text *text, const char *arguments, bool has_all,
		       struct boot_stage *ret)
{
	ret->has_all = has_all;
	modprobe_parse(text->modprobe ? text->modprobe : "", "etc/modprobe.d/a.conf",
		       &ret->modprobe);
	modprobe_parse_arguments(arguments ? arguments : "", "boot/grub/grub.cfg", &ret->modprobe);
	udev_rules_parse(text->rules ? text->rules : "", "etc/udev/rules.d/a.rules",
			 &ret->overrides);
	add_words(text->listed, &ret->listed);
	add_words(text->early, &ret->early);
	add_words(text->modules, &ret->modules);
	if (text->script)
		strings_add(&ret->scripts, text->script);
}

static void make_facts(const struct boot_text *text, struct next_boot_facts *ret)
{
	struct boot_function *function = xcalloc(1, sizeof(*function));

	*ret = (struct next_boot_facts){
		.vfio_builtin = text->vfio_builtin,
		.vfio_absent = text->vfio_absent,
		.image_known = text->image.modules != NULL,
		.functions = function,
		.count = 1,
	};
	ck_assert_int_eq(pci_identity_parse(GPU, "0000:01:00.0", &function->identity), 0);
	function->claimers = xcalloc(1, sizeof(*function->claimers));
	function->claimer_count = 1;
	function->claimers[0].module = xstrdup("nouveau");
	add_words(text->needs, &function->claimers[0].needs);
	add_words(text->builtin, &function->builtin);
	function->driverctl = xstrdup(text->driverctl);
	modprobe_parse_arguments(text->arguments ? text->arguments : "", "boot/grub/grub.cfg",
				 &ret->arguments);
	make_stage(&text->image, text->arguments, false, &ret->image);
	make_stage(&text->disk, text->arguments, true, &ret->disk);
}

static const struct boot_text boots[] = {
	{ .what = "nothing", .driver = NEXT_OTHER, .lack = LACK_IDS },
	{ .what = "ids alone",
	  .disk = { .modprobe = IDS },
	  .driver = NEXT_OTHER,
	  .lack = LACK_ORDER },
	{ .what = "ids and softdep", .disk = { .modprobe = IDS SOFT }, .driver = NEXT_VFIO },
	{ .what = "another id",
	  .disk = { .modprobe = SOFT "options vfio-pci ids=10de:2503\n" },
	  .driver = NEXT_OTHER,
	  .lack = LACK_ID },
	{ .what = "the last ids win",
	  .disk = { .modprobe = SOFT IDS "options vfio-pci ids=10de:228e\n" },
	  .driver = NEXT_OTHER,
	  .lack = LACK_ID },
	{ .what = "cut by a blank",
	  .disk = { .modprobe = SOFT "options vfio-pci ids=10de:228e, 10de:2504\n" },
	  .driver = NEXT_OTHER,
	  .lack = LACK_CUT },
	{ .what = "quotes keep the blank",
	  .disk = { .modprobe = SOFT "options vfio-pci ids=\"10de:228e, 10de:2504\"\n" },
	  .driver = NEXT_VFIO },
	{ .what = "subsystem and class fit",
	  .disk = { .modprobe = SOFT "options vfio-pci ids=10de:2504:1043:87a4:030000:ff0000\n" },
	  .driver = NEXT_VFIO },
	{ .what = "another maker's board",
	  .disk = { .modprobe = SOFT "options vfio-pci ids=10de:2504:1462\n" },
	  .driver = NEXT_OTHER,
	  .lack = LACK_ID },
	{ .what = "another class",
	  .disk = { .modprobe = SOFT
		    "options vfio-pci ids=10de:2504:ffffffff:ffffffff:040000:ff0000\n" },
	  .driver = NEXT_OTHER,
	  .lack = LACK_ID },
	{ .what = "no pre:",
	  .disk = { .modprobe = IDS "softdep nouveau vfio-pci\n" },
	  .driver = NEXT_OTHER,
	  .lack = LACK_PRE },
	{ .what = "a softdep of what it needs",
	  .disk = { .modprobe = IDS "softdep drm pre: vfio-pci\n" },
	  .needs = "ttm drm",
	  .driver = NEXT_VFIO },
	{ .what = "listed beside udev",
	  .disk = { .modprobe = IDS, .listed = "vfio_pci" },
	  .driver = NEXT_EITHER,
	  .lack = LACK_ORDER },
	{ .what = "listed, and the other on the blacklist",
	  .disk = { .modprobe = IDS "blacklist nouveau\n", .listed = "vfio_pci" },
	  .driver = NEXT_VFIO },
	{ .what = "the other is never loaded",
	  .disk = { .modprobe = IDS "install nouveau /bin/false\n", .listed = "vfio_pci" },
	  .driver = NEXT_VFIO },
	{ .what = "nothing loads it",
	  .disk = { .modprobe = IDS "blacklist nouveau\n" },
	  .driver = NEXT_NOBODY,
	  .lack = LACK_LOAD },
	{ .what = "blacklist among the arguments",
	  .disk = { .modprobe = IDS, .listed = "vfio_pci" },
	  .arguments = "modprobe.blacklist=nouveau",
	  .driver = NEXT_VFIO },
	{ .what = "ids among the arguments",
	  .disk = { .modprobe = SOFT },
	  .arguments = "vfio-pci.ids=10de:2504",
	  .driver = NEXT_VFIO },
	{ .what = "the arguments' ids win",
	  .disk = { .modprobe = IDS SOFT },
	  .arguments = "vfio-pci.ids=10de:228e",
	  .driver = NEXT_OTHER,
	  .lack = LACK_ID },
	{ .what = "an install line",
	  .disk = { .modprobe = IDS SOFT "install vfio-pci /sbin/override.sh\n" },
	  .driver = NEXT_UNKNOWN,
	  .lack = LACK_SENSE },
	{ .what = "an install line of the other",
	  .disk = { .modprobe = IDS "install nouveau modprobe vfio-pci; modprobe -i nouveau\n" },
	  .driver = NEXT_UNKNOWN,
	  .lack = LACK_SENSE },
	{ .what = "a rule", .disk = { .rules = RULE }, .driver = NEXT_VFIO },
	{ .what = "a rule that jumps",
	  .disk = { .rules = "GOTO=\"end\"\n" RULE },
	  .driver = NEXT_UNKNOWN,
	  .lack = LACK_SENSE },
	{ .what = "a rule for another address",
	  .disk = { .rules = "KERNEL==\"0000:02:00.0\", ATTR{driver_override}=\"vfio-pci\"\n" },
	  .driver = NEXT_OTHER,
	  .lack = LACK_IDS },
	{ .what = "a rule that loads nothing",
	  .disk = { .rules = "KERNEL==\"0000:01:*\", ATTR{driver_override}=\"vfio-pci\"\n" },
	  .driver = NEXT_NOBODY,
	  .lack = LACK_LOAD },
	{ .what = "driverctl", .driverctl = "vfio-pci", .driver = NEXT_VFIO },
	{ .what = "driverctl for another",
	  .driverctl = "none",
	  .driver = NEXT_OTHER,
	  .lack = LACK_IDS },
	{ .what = "a driver in the kernel",
	  .disk = { .modprobe = IDS SOFT },
	  .builtin = "xhci_pci",
	  .driver = NEXT_OTHER,
	  .lack = LACK_BUILTIN },
	{ .what = "driverctl against a driver in the kernel",
	  .builtin = "xhci_pci",
	  .driverctl = "vfio-pci",
	  .driver = NEXT_VFIO },
	{ .what = "no vfio-pci",
	  .disk = { .modprobe = IDS SOFT },
	  .vfio_absent = true,
	  .driver = NEXT_OTHER,
	  .lack = LACK_KERNEL },
	{ .what = "built in, ids in modprobe.d",
	  .disk = { .modprobe = IDS SOFT },
	  .vfio_builtin = true,
	  .driver = NEXT_OTHER,
	  .lack = LACK_ARGUMENT },
	{ .what = "built in, ids among the arguments",
	  .arguments = "vfio_pci.ids=10de:2504",
	  .vfio_builtin = true,
	  .driver = NEXT_VFIO },
	{ .what = "built in, another id",
	  .arguments = "vfio-pci.ids=10de:228e",
	  .vfio_builtin = true,
	  .driver = NEXT_OTHER,
	  .lack = LACK_ID },
	{ .what = "built in, both before a driver in the kernel",
	  .arguments = "vfio-pci.ids=10de:2504",
	  .builtin = "xhci_pci",
	  .vfio_builtin = true,
	  .driver = NEXT_VFIO },
	{ .what = "built in: a rule comes when it looked already",
	  .disk = { .rules = RULE },
	  .vfio_builtin = true,
	  .driver = NEXT_NOBODY,
	  .lack = LACK_PROBE },
	{ .what = "built in: a rule that has it look again",
	  .disk = { .rules = PROBING },
	  .vfio_builtin = true,
	  .driver = NEXT_VFIO },
	/* The image. */
	{ .what = "image with neither",
	  .image = { .modules = "ext4" },
	  .disk = { .modprobe = IDS SOFT },
	  .driver = NEXT_VFIO },
	{ .what = "fresh image",
	  .image = { .modprobe = IDS SOFT, .modules = "nouveau vfio_pci" },
	  .disk = { .modprobe = IDS SOFT },
	  .driver = NEXT_VFIO,
	  .in_image = true },
	{ .what = "stale image: the other alone",
	  .image = { .modules = "nouveau" },
	  .disk = { .modprobe = IDS SOFT },
	  .driver = NEXT_OTHER,
	  .lack = LACK_IDS,
	  .in_image = true },
	{ .what = "stale image: the files and no vfio-pci",
	  .image = { .modprobe = IDS SOFT, .modules = "nouveau" },
	  .disk = { .modprobe = IDS SOFT },
	  .driver = NEXT_OTHER,
	  .lack = LACK_MODULE,
	  .in_image = true },
	{ .what = "stale image: ids from before",
	  .image = { .modprobe = SOFT "options vfio-pci ids=10de:228e\n",
		     .modules = "nouveau vfio_pci" },
	  .disk = { .modprobe = IDS SOFT },
	  .driver = NEXT_OTHER,
	  .lack = LACK_ID,
	  .in_image = true },
	{ .what = "stale image loads vfio-pci without the id, the other is on the disk",
	  .image = { .modules = "vfio_pci", .listed = "vfio_pci" },
	  .disk = { .modprobe = IDS SOFT },
	  .driver = NEXT_OTHER,
	  .lack = LACK_IDS,
	  .in_image = true },
	{ .what = "vfio-pci is in the image and nothing loads it there",
	  .image = { .modules = "vfio_pci" },
	  .disk = { .modprobe = IDS SOFT },
	  .driver = NEXT_VFIO },
	{ .what = "conf/modules comes behind udev",
	  .image = { .modprobe = IDS, .modules = "nouveau vfio_pci", .listed = "vfio_pci" },
	  .disk = { .modprobe = IDS SOFT },
	  .driver = NEXT_OTHER,
	  .lack = LACK_ORDER,
	  .in_image = true },
	{ .what = "conf/modules, and the other only on the disk",
	  .image = { .modprobe = IDS, .modules = "vfio_pci", .listed = "vfio_pci" },
	  .disk = { .modprobe = IDS },
	  .driver = NEXT_VFIO,
	  .in_image = true },
	{ .what = "dracut's force_drivers",
	  .image = { .modprobe = IDS, .modules = "nouveau vfio_pci", .early = "vfio_pci" },
	  .disk = { .modprobe = IDS },
	  .driver = NEXT_VFIO,
	  .in_image = true },
	{ .what = "a rule in the image",
	  .image = { .rules = RULE, .modules = "nouveau vfio_pci" },
	  .disk = { .rules = RULE },
	  .driver = NEXT_VFIO,
	  .in_image = true },
	{ .what = "a rule on the disk, too late",
	  .image = { .modules = "nouveau" },
	  .disk = { .rules = RULE },
	  .driver = NEXT_OTHER,
	  .lack = LACK_IDS,
	  .in_image = true },
	{ .what = "a rule in the image, vfio-pci on the disk",
	  .image = { .rules = RULE, .modules = "nouveau" },
	  .disk = { .listed = "vfio_pci" },
	  .driver = NEXT_VFIO,
	  .in_image = true },
	{ .what = "an owner's script",
	  .image = { .modules = "nouveau vfio_pci", .script = "scripts/init-top/vfio" },
	  .driver = NEXT_UNKNOWN,
	  .lack = LACK_SENSE,
	  .in_image = true },
	{ .what = "an owner's script, and it is not needed",
	  .image = { .modprobe = IDS SOFT,
		     .modules = "nouveau vfio_pci",
		     .script = "scripts/init-top/vfio" },
	  .disk = { .modprobe = IDS SOFT },
	  .driver = NEXT_VFIO,
	  .in_image = true },
	{ .what = "an owner's script for images, none looked into",
	  .disk = { .script = "etc/initramfs-tools/scripts/init-top/vfio" },
	  .driver = NEXT_UNKNOWN,
	  .lack = LACK_SENSE },
	{ .what = "an owner's script for images that this one lacks",
	  .image = { .modules = "ext4" },
	  .disk = { .script = "etc/initramfs-tools/scripts/init-top/vfio" },
	  .driver = NEXT_OTHER,
	  .lack = LACK_IDS },
};

START_TEST(who_comes_first)
{
	for (size_t i = 0; i < ARRAY_SIZE(boots); i++) {
		struct next_boot_facts facts;
		struct next_binding found;

		make_facts(&boots[i], &facts);
		found = next_binding(&facts, 0);
		ck_assert_msg(found.driver == boots[i].driver && found.lack == boots[i].lack &&
				      found.in_image == boots[i].in_image,
			      "%s: driver %d, lack %d, in the image %d", boots[i].what,
			      found.driver, found.lack, found.in_image);
		ck_assert_msg(!found.other ==
				      (found.driver != NEXT_OTHER && found.driver != NEXT_EITHER),
			      "%s", boots[i].what);
		next_boot_facts_free(&facts);
	}
}
END_TEST

Suite *next_binding_suite(void)
{
	const TTest *const tests[] = { who_comes_first, NULL };

	return suite_of("next_binding", tests);
}
