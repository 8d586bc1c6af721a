/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds a card: processes below a small root, their descriptors as links. */
#include "host/card/holders.h"
#include "base/alloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEVICES "sys/devices/pci0000:00/"
#define GPU     DEVICES "0000:01:00.0"
#define AUDIO   DEVICES "0000:01:00.1"
#define OTHER   DEVICES "0000:02:00.0"
#define ID      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char *tree;
static int descriptors;

static void add_function(const char *folder, const char *vendor, const char *class,
			 const char *driver)
{
	_cleanup_free_ char *vendors = xasprintf("%s/vendor", folder);
	_cleanup_free_ char *devices = xasprintf("%s/device", folder);
	_cleanup_free_ char *classes = xasprintf("%s/class", folder);
	_cleanup_free_ char *drivers = xasprintf("%s/driver", folder);
	_cleanup_free_ char *target = xasprintf("../../../bus/pci/drivers/%s", driver);
	const char *address = folder + strlen(DEVICES);
	_cleanup_free_ char *bus = xasprintf("sys/bus/pci/devices/%s", address);
	_cleanup_free_ char *place = xasprintf("../../../devices/pci0000:00/%s", address);

	tree_put(tree, vendors, vendor);
	tree_put(tree, devices, "0x1234\n");
	tree_put(tree, classes, class);
	tree_link(tree, drivers, target);
	tree_link(tree, bus, place);
}

static void make_tree(void)
{
	tree = tree_make();
	descriptors = 3;
	tree_put(tree, "proc/1/comm", "systemd\n");
	tree_put(tree, "proc/1/fd/.keep", "");
	tree_put(tree, "proc/version", "");
}

static void remove_tree(void)
{
	tree_remove(tree);
}

static void add_process(int pid, const char *name, const char *cgroup)
{
	_cleanup_free_ char *comm = xasprintf("proc/%d/comm", pid);
	_cleanup_free_ char *cgroups = xasprintf("proc/%d/cgroup", pid);
	_cleanup_free_ char *line = xasprintf("%s\n", name);

	tree_put(tree, comm, line);
	if (cgroup)
		tree_put(tree, cgroups, cgroup);
}

static void hold(int pid, const char *link)
{
	_cleanup_free_ char *path = xasprintf("proc/%d/fd/%d", pid, descriptors++);

	tree_link(tree, path, link);
}

/* "PID name node unit" a line, with a + where the unit is a service of the system's; or the error's
 * name. */
static char *find(void)
{
	static const struct pci_address address = { .bus = 1 };
	struct holder *holders;
	struct error error;
	size_t count, length;
	struct host *host;
	struct card card;
	char *text = NULL;
	FILE *out;
	int r;

	ck_assert_int_eq(host_open(tree, &host, NULL), 0);
	card_find(host, pci_find(host, &address), &card);
	ck_assert_int_eq(card.trouble.code, 0);
	r = holders_find(host, &card, &holders, &count, &error);
	out = xmemstream(&text, &length);
	if (r < 0)
		fprintf(out, "%s", strerrorname_np(-r));
	for (size_t i = 0; r == 0 && i < count; i++)
		fprintf(out, "%d %s %s %s%s\n", holders[i].pid, holders[i].name, holders[i].node,
			holders[i].unit ? holders[i].unit : "-", holders[i].service ? "+" : "");
	fclose(out);
	if (r == 0)
		holders_free(holders, count);
	card_free(&card);
	host_close(host);
	return text;
}

static void expect(const char *expected)
{
	_cleanup_free_ char *found = find();

	ck_assert_str_eq(found, expected);
}

/* An AMD card with sound, beside another one. */
static void add_amd(void)
{
	add_function(GPU, "0x1002\n", "0x030000\n", "amdgpu");
	add_function(AUDIO, "0x1002\n", "0x040300\n", "snd_hda_intel");
	add_function(OTHER, "0x1002\n", "0x030000\n", "amdgpu");
	tree_put(tree, GPU "/drm/card1/card1-DP-1/i2c-7/name", "");
	tree_put(tree, GPU "/drm/card1/card1-DP-1/drm_dp_aux2/name", "");
	tree_put(tree, GPU "/drm/renderD129/dev", "");
	tree_put(tree, GPU "/graphics/fb1/dev", "");
	tree_put(tree, GPU "/i2c-4/name", "");
	tree_put(tree, AUDIO "/sound/card1/id", "");
	tree_put(tree, OTHER "/drm/card0/dev", "");
	tree_put(tree, OTHER "/drm/renderD128/dev", "");
	tree_link(tree, GPU "/iommu_group", "../../../kernel/iommu_groups/15");
}

START_TEST(every_kind_of_node)
{
	add_amd();
	add_process(10, "Xorg", "0::/system.slice/gdm.service\n");
	hold(10, "/dev/dri/card1");
	hold(10, "/dev/dri/card1");
	hold(10, "/dev/fb1");
	hold(10, "socket:[4711]");
	add_process(9, "pipewire",
		    "0::/user.slice/user-1000.slice/user@1000.service/"
		    "session.slice/pipewire.service\n");
	hold(9, "/dev/snd/controlC1");
	hold(9, "/dev/snd/pcmC1D3p");
	add_process(200, "openrgb", "0::/user.slice/user-1000.slice/session-2.scope\n");
	hold(200, "/dev/i2c-4");
	hold(200, "/dev/i2c-7");
	hold(200, "/dev/drm_dp_aux2");
	add_process(300, "qemu",
		    "0::/machine.slice/machine-qemu\\x2d1\\x2dx.scope/libvirt/emulator");
	hold(300, "/dev/vfio/15");
	hold(300, "/dev/vfio/noiommu-15 (deleted)");
	expect("9 pipewire dev/snd/controlC1 pipewire.service\n"
	       "9 pipewire dev/snd/pcmC1D3p pipewire.service\n"
	       "10 Xorg dev/dri/card1 gdm.service+\n"
	       "10 Xorg dev/fb1 gdm.service+\n"
	       "200 openrgb dev/drm_dp_aux2 session-2.scope\n"
	       "200 openrgb dev/i2c-4 session-2.scope\n"
	       "200 openrgb dev/i2c-7 session-2.scope\n"
	       "300 qemu dev/vfio/15 machine-qemu\\x2d1\\x2dx.scope\n"
	       "300 qemu dev/vfio/noiommu-15 machine-qemu\\x2d1\\x2dx.scope\n");
}
END_TEST

START_TEST(services_of_the_system)
{
	static const struct {
		const char *cgroup, *unit;
	} processes[] = {
		{ "/system.slice/gdm.service", "gdm.service+" },
		{ "/system.slice/system-x.slice/x@1.service/inner", "x@1.service+" },
		{ "/user.slice/user-1000.slice/user@1000.service", "user@1000.service" },
		{ "/user.slice/user-1000.slice/user@1000.service/app.slice/game.service",
		  "game.service" },
		{ "/machine.slice/machine-ct.scope/system.slice/gdm.service", "gdm.service" },
		{ "/machine.slice/systemd-nspawn@ct.service", "systemd-nspawn@ct.service" },
		{ "/lxc.payload.ct/system.slice/gdm.service", "gdm.service" },
		{ "/system.slice/docker.service/inner/job.service", "job.service" },
		{ "/init.scope", "init.scope" },
		{ "/", "-" },
	};

	add_amd();
	for (size_t i = 0; i < ARRAY_SIZE(processes); i++) {
		_cleanup_free_ char *line = xasprintf("0::%s\n", processes[i].cgroup);
		_cleanup_free_ char *expected = xasprintf("10 x dev/dri/card1 %s\n",
							  processes[i].unit);

		add_process(10, "x", line);
		if (!i)
			hold(10, "/dev/dri/card1");
		expect(expected);
	}
}
END_TEST

START_TEST(other_cards_do_not_count)
{
	add_amd();
	add_process(10, "Xorg", NULL);
	hold(10, "/dev/dri/card0");
	hold(10, "/dev/dri/card11");
	hold(10, "/dev/dri/renderD128");
	hold(10, "/dev/snd/controlC11");
	hold(10, "/dev/snd/pcmC11D1p");
	hold(10, "/dev/snd/pcmC0D1p");
	hold(10, "/dev/snd/timer");
	hold(10, "/dev/vfio/vfio");
	hold(10, "/dev/vfio/1");
	hold(10, "/dev/i2c-44");
	hold(10, "/home/dev/dri/card1");
	hold(10, "xdev/dri/card1");
	/* names that are no number are no pattern */
	tree_put(tree, GPU "/drm/card*/dev", "");
	hold(10, "/dev/dri/card7");
	hold(10, "/dev/kfd");
	expect("");
}
END_TEST

START_TEST(kfd_counts_beside_a_render_node)
{
	add_amd();
	add_process(10, "train", "0::/docker/" ID "\n");
	hold(10, "/dev/kfd");
	hold(10, "/dev/dri/renderD129");
	add_process(11, "other", NULL);
	hold(11, "/dev/kfd");
	hold(11, "/dev/dri/renderD128");
	expect("10 train dev/dri/renderD129 " ID "\n10 train dev/kfd " ID "\n");
}
END_TEST

START_TEST(nvidia_by_its_minor)
{
	add_function(GPU, "0x10de\n", "0x030000\n", "nvidia");
	add_process(10, "nvidia-persiste", NULL);
	hold(10, "/dev/nvidia0");
	hold(10, "/dev/nvidiactl");
	add_process(11, "python3", NULL);
	hold(11, "/dev/nvidia1");
	hold(11, "/dev/nvidia-uvm");
	hold(11, "/dev/nvidia-uvm-tools");
	/* the driver says nothing of its minor: each may be this card's */
	expect("10 nvidia-persiste dev/nvidia0 -\n10 nvidia-persiste dev/nvidiactl -\n"
	       "11 python3 dev/nvidia-uvm -\n11 python3 dev/nvidia1 -\n");
	tree_put(tree, "proc/driver/nvidia/gpus/0000:01:00.0/information",
		 "Model: \t\t NVIDIA GeForce RTX 3060\nBus Location: \t 0000:01:00.0\n"
		 "Device Minor: \t 1\nGPU Excluded:\t No\n");
	expect("11 python3 dev/nvidia1 -\n");
}
END_TEST

START_TEST(vfio_and_accelerators)
{
	add_function(GPU, "0x8086\n", "0x120000\n", "vfio-pci");
	tree_put(tree, GPU "/vfio-dev/vfio3/dev", "");
	tree_put(tree, GPU "/accel/accel0/dev", "");
	add_process(10, "qemu",
		    "1:name=systemd:/machine.slice/a.scope\n0::/system.slice/b.service\n");
	hold(10, "/dev/vfio/devices/vfio3");
	add_process(11, "npu", "12:pids:/x.service\n0::/\n");
	hold(11, "/dev/accel/accel0");
	expect("10 qemu dev/vfio/devices/vfio3 a.scope\n11 npu dev/accel/accel0 -\n");
}
END_TEST

START_TEST(what_is_hidden_is_not_told)
{
	_cleanup_free_ char *fd = xasprintf("%s/proc/10/fd", tree);

	add_amd();
	add_process(10, "secret", NULL);
	hold(10, "/dev/dri/card1");
	/* root reads it all the same: be somebody else, as far as that goes */
	ck_assert_int_eq(chmod(tree, 0755), 0);
	ck_assert_int_eq(chmod(fd, 0700), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	else
		ck_assert_int_eq(chmod(fd, 0), 0);
	expect("EACCES");
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chmod(fd, 0755), 0);
	add_process(11, "Xorg", NULL);
	hold(11, "/dev/dri/card1");
	ck_assert_int_eq(chmod(fd, getuid() ? 0 : 0700), 0);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	expect("11 Xorg dev/dri/card1 -\n");
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chmod(fd, 0755), 0);
}
END_TEST

START_TEST(a_record_without_processes_does_not_tell)
{
	_cleanup_free_ char *from = xasprintf("%s/proc/1", tree);
	_cleanup_free_ char *to = xasprintf("%s/proc/self", tree);

	add_amd();
	ck_assert_int_eq(rename(from, to), 0);
	expect("ENOENT");
	tree_put(tree, RECORDED_HOLDERS,
		 "{\"0000:01:00.0\": [{\"pid\": 7, \"name\": \"b\", \"node\": \"dev/b\", "
		 "\"unit\": null}, {\"pid\": 3, \"name\": \"a\", \"node\": \"dev/a\", "
		 "\"unit\": \"x.scope\"}]}");
	expect("3 a dev/a x.scope\n7 b dev/b -\n");
	tree_put(tree, RECORDED_HOLDERS, "{\"0000:02:00.0\": []}");
	expect("ENOENT");
	tree_put(tree, RECORDED_HOLDERS, "[]");
	expect("EINVAL");
}
END_TEST

START_TEST(who_ended_meanwhile_holds_nothing)
{
	add_amd();
	tree_link(tree, "proc/10", "nowhere"); /* listed, and not there any more */
	add_process(11, "without descriptors", NULL);
	tree_link(tree, "proc/11/fd/0", "/dev/null");
	expect("");
}
END_TEST

START_TEST(who_is_there_and_cannot_be_read_is_an_error)
{
	add_amd();
	hold(10, "/dev/dri/card1"); /* no comm */
	expect("ENOENT");
}
END_TEST

Suite *holders_suite(void)
{
	const TTest *const tests[] = {
		every_kind_of_node,
		services_of_the_system,
		other_cards_do_not_count,
		kfd_counts_beside_a_render_node,
		nvidia_by_its_minor,
		vfio_and_accelerators,
		what_is_hidden_is_not_told,
		a_record_without_processes_does_not_tell,
		who_ended_meanwhile_holds_nothing,
		who_is_there_and_cannot_be_read_is_an_error,
		NULL,
	};
	Suite *suite = suite_create("holders");
	TCase *tcase = tcase_create("holders");

	tcase_add_checked_fixture(tcase, make_tree, remove_tree);
	for (size_t i = 0; tests[i]; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return suite;
}
