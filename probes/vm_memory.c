/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.memory: all of the guest's memory can be pinned. */
#include "base/alloc.h"
#include "base/size.h"
#include "host/memory.h"
#include "host/vm/node_set.h"
#include "probes/memory_room.h"
#include "probes/unread.h"
#include "probes/virsh.h"

#include <errno.h>
#include <inttypes.h>

enum { MOST_NODES = 1024 }; /* of the kernel's CONFIG_NODES_SHIFT */

/* What the parts of this check look at. */
struct look {
	const struct subject *subject;
	const struct vm *vm;
	const struct vm_memory *memory; /* of the VM's next start */
	struct host_memory host;
	struct finding *finding;
	bool is_missing; /* a fact was not there, and that has been said */
};

static char *kib_text(uint64_t kib)
{
	return size_text(kib * KIB);
}

static void note_missing(struct look *look, int r, const struct error *error)
{
	look->is_missing = true;
	say_unread(look->subject, r, error, look->finding);
}

static void check_limit(struct look *look)
{
	_cleanup_free_ char *size = kib_text(look->memory->size_kib);
	_cleanup_free_ char *limit = kib_text(look->memory->limit_kib);

	switch (room_of_limit(look->memory)) {
	case ROOM_ENOUGH:
		return;
	case ROOM_TIGHT:
		finding_say(look->finding, VERDICT_WARN,
			    "hard_limit is %s for a guest of %s: less than the 1 GiB more that "
			    "libvirt itself allows QEMU, so the VM may be killed, or not start",
			    limit, size);
		break;
	case ROOM_NONE:
		finding_say(look->finding, VERDICT_FAIL,
			    "hard_limit is %s, and the guest's %s are all pinned: the VM does not "
			    "start, or is killed",
			    limit, size);
		break;
	}
	finding_fix(look->finding, FIX_MANUAL, NULL,
		    "virsh edit %s, and take <hard_limit> out: libvirt then sets the limit that "
		    "VFIO needs by itself",
		    look->vm->name);
}

/* KiB in small pages that other VMs have pinned, and who they are. */
static uint64_t pinned_by_others(struct look *look, struct strings *names)
{
	const struct vms *vms;
	uint64_t sum = 0;
	struct error error;

	if (vms_read(look->subject->host, &vms, &error) < 0) {
		finding_say_error(look->finding, &error);
		return 0;
	}
	for (size_t i = 0; i < vms->count; i++) {
		const struct vm *other = &vms->items[i];

		if (other == look->vm || !other->active ||
		    !(other->live.count || other->live.commandline_count))
			continue;
		sum += memory_in_small_pages(&other->live.memory);
		strings_add(names, other->name);
	}
	return sum;
}

static void say_no_room(struct look *look, uint64_t need, const struct strings *others)
{
	_cleanup_free_ char *size = kib_text(need), *total = kib_text(look->host.total);
	_cleanup_free_ char *huge = kib_text(look->host.hugetlb);
	_cleanup_free_ char *names = strings_join(others, ", ");

	finding_say(look->finding, VERDICT_FAIL,
		    "the guest's %s cannot be pinned: the host has %s%s%s%s%s%s", size, total,
		    look->host.hugetlb ? ", of which huge pages take " : "",
		    look->host.hugetlb ? huge : "", others->count ? ", and VM " : "",
		    others->count ? names : "", others->count ? " pins some of it" : "");
	finding_fix(look->finding, FIX_MANUAL, NULL,
		    "give VM %s less memory (virsh edit), or the host more", look->vm->name);
}

/* A VM that runs gives back what it has before it starts anew. */
static void check_room(struct look *look)
{
	_cleanup_strings_ struct strings others = { 0 };
	uint64_t need = memory_in_small_pages(look->memory);
	uint64_t pinned = pinned_by_others(look, &others);
	_cleanup_free_ char *size = kib_text(need), *available = kib_text(look->host.available);
	_cleanup_free_ char *total = kib_text(look->host.total);
	enum room room = room_in_host(&look->host, need, pinned);

	finding_evidence(look->finding, "proc/meminfo", "MemTotal %s, MemAvailable %s", total,
			 available);
	if (room == ROOM_NONE) {
		say_no_room(look, need, &others);
	} else if (room == ROOM_TIGHT && !look->vm->active) {
		finding_say(look->finding, VERDICT_WARN,
			    "the guest's %s are all pinned at its start, and the host has %s "
			    "available: others are swapped out, or killed",
			    size, available);
		finding_fix(look->finding, FIX_MANUAL, NULL,
			    "stop what uses the host's memory before VM %s starts, or give it less",
			    look->vm->name);
	}
}

static int free_on_nodes(struct look *look, uint64_t page_kib, uint64_t *ret, struct error *error)
{
	int r = 0;

	*ret = 0;
	for (unsigned node = 0; r == 0 && node < MOST_NODES; node++) {
		uint64_t free_pages = 0;

		if (!node_set_has(look->memory->nodes, node))
			continue;
		r = node_huge_pages(look->subject->host, node, page_kib, &free_pages, error);
		*ret += free_pages;
	}
	return r;
}

static void say_few_pages(struct look *look, enum room room, const char *size, uint64_t wanted,
			  uint64_t has)
{
	const char *where = look->memory->nodes ? " on the nodes it is bound to" : "";

	if (room == ROOM_TIGHT) {
		finding_say(look->finding, VERDICT_WARN,
			    "the guest wants %" PRIu64 " huge pages of %s, and %" PRIu64
			    " are free: the kernel has to make the others, which it may fail at",
			    wanted, size, has);
	} else {
		finding_say(look->finding, VERDICT_FAIL,
			    "the guest wants %" PRIu64 " huge pages of %s, and %" PRIu64
			    " are free%s",
			    wanted, size, has, where);
	}
	finding_fix(
		look->finding, FIX_MANUAL, NULL,
		"set so many aside, best at boot, when memory is not in pieces yet: "
		"default_hugepagesz=, hugepagesz= and hugepages= among the kernel arguments, or "
		"vm.nr_hugepages in /etc/sysctl.d for the default size");
}

/* One <page>; a running VM has its pages. */
static void check_pool(struct look *look, const struct vm_pages *pages)
{
	uint64_t page_kib = pages->page_kib ? pages->page_kib : look->host.huge_page;
	_cleanup_free_ char *size = kib_text(page_kib);
	_cleanup_free_ char *folder = xasprintf("sys/kernel/mm/hugepages/hugepages-%" PRIu64 "kB",
						page_kib);
	uint64_t wanted = page_kib ? (pages->memory_kib + page_kib - 1) / page_kib : 0;
	uint64_t has, here = UINT64_MAX;
	struct huge_pool pool = { 0 };
	struct error error;
	enum room room;
	int r = huge_pool(look->subject->host, page_kib, &pool, &error);

	if (r == 0 && look->memory->nodes)
		r = free_on_nodes(look, page_kib, &here, &error);
	if (r == -ENODEV) {
		finding_say(look->finding, VERDICT_FAIL, "the guest wants huge pages of %s: %s",
			    size, error.text);
		return;
	}
	if (r < 0) {
		note_missing(look, r, &error);
		return;
	}
	finding_evidence(look->finding, folder,
			 "%" PRIu64 " pages, %" PRIu64 " free, %" PRIu64 " of them reserved",
			 pool.total, pool.free, pool.reserved);
	room = room_in_pool(&pool, wanted, &has);
	if (here < has) {
		has = here;
		room = wanted > has ? ROOM_NONE : ROOM_ENOUGH;
	}
	if (room != ROOM_ENOUGH && !look->vm->active)
		say_few_pages(look, room, size, wanted, has);
}

/* Memory that must come from some nodes cannot be more than these have. */
static void check_nodes(struct look *look)
{
	uint64_t sum = 0;
	_cleanup_free_ char *size = kib_text(look->memory->size_kib);
	_cleanup_free_ char *has = NULL;
	struct error error;
	int r = 0;

	for (unsigned node = 0; look->memory->nodes && r == 0 && node < MOST_NODES; node++) {
		uint64_t kib = 0;

		if (!node_set_has(look->memory->nodes, node))
			continue;
		r = node_memory(look->subject->host, node, &kib, &error);
		sum += kib;
	}
	if (r < 0) {
		note_missing(look, r, &error);
		return;
	}
	if (!look->memory->nodes || sum >= look->memory->size_kib)
		return;
	has = kib_text(sum);
	finding_say(look->finding, VERDICT_FAIL,
		    "the guest's %s must come from the NUMA nodes %s, which have %s", size,
		    look->memory->nodes, has);
	finding_fix(look->finding, FIX_MANUAL, NULL,
		    "virsh edit %s: more nodes, or mode='preferred', in <numatune>",
		    look->vm->name);
}

static void show_definition(struct look *look)
{
	_cleanup_free_ char *source = virsh_command("dumpxml --inactive", look->vm);
	_cleanup_free_ char *size = kib_text(look->memory->size_kib);
	_cleanup_free_ char *limit = kib_text(look->memory->limit_kib);

	finding_evidence(look->finding, source, "memory %s%s%s%s", size,
			 look->memory->is_limited ? ", hard_limit " : "",
			 look->memory->is_limited ? limit : "",
			 look->memory->is_locked ? ", locked" : "");
	for (size_t i = 0; i < look->memory->pages_count; i++) {
		const struct vm_pages *pages = &look->memory->pages[i];
		_cleanup_free_ char *page = kib_text(pages->page_kib);
		_cleanup_free_ char *part = kib_text(pages->memory_kib);

		finding_evidence(look->finding, source, "%s in huge pages of %s", part,
				 pages->page_kib ? page : "the default size");
	}
}

static void say_good(struct look *look)
{
	_cleanup_free_ char *size = kib_text(look->memory->size_kib);
	_cleanup_free_ char *available = kib_text(look->host.available);

	if (look->vm->active)
		finding_say(look->finding, VERDICT_PASS, "VM %s is %s and has its %s",
			    look->vm->name, look->vm->state, size);
	else if (memory_in_small_pages(look->memory))
		finding_say(look->finding, VERDICT_PASS,
			    "the guest's %s can be pinned: the host has %s available", size,
			    available);
	else
		finding_say(look->finding, VERDICT_PASS,
			    "the guest's %s can be pinned: there are huge pages for it", size);
}

static void run(const struct subject *subject, struct finding *finding)
{
	struct look look = {
		.subject = subject,
		.vm = subject->vm,
		.memory = &vm_next_definition(subject->vm)->memory,
		.finding = finding,
	};
	struct error error;
	int r;

	if (!look.memory->size_kib) {
		finding_say(finding, VERDICT_ERROR,
			    "the definition of VM %s does not say how much memory it has",
			    subject->vm->name);
		return;
	}
	show_definition(&look);
	check_limit(&look);
	r = host_memory(subject->host, &look.host, &error);
	if (r < 0) {
		note_missing(&look, r, &error);
		return;
	}
	check_room(&look);
	check_nodes(&look);
	for (size_t i = 0; i < look.memory->pages_count; i++)
		check_pool(&look, &look.memory->pages[i]);
	if (!look.is_missing)
		say_good(&look);
}

const struct probe vm_memory_probe = {
	.id = "vm.memory",
	.stage = STAGE_VM,
	.scope = SCOPE_VM,
	.title = "the guest's memory can be pinned",
	.needs = "vm.hostdev",
	.meaning =
		"A passed card may write to any of the guest's memory at any time, so VFIO pins all of "
		"it when the VM starts: it is allocated at once, never swapped, never shared, and "
		"counted against the limit of locked memory. It must fit into what the host has beside its "
		"pools of huge pages and what other VMs pinned; 512 MiB are kept for the host "
		"itself. "
		"<hard_limit> is taken by libvirt for the limit of locked memory and for the "
		"VM's cgroup alike. Without it libvirt allows the guest's memory and 1 GiB more, which does. "
		"<hugepages> needs as many free pages of that size; they are set aside "
		"beforehand.",
	.by_hand = "$ virsh dumpxml --inactive VM\n"
		   "Compare <memory>, <memtune><hard_limit>, <memoryBacking> and <numatune> with:\n"
		   "$ grep -E 'MemTotal|MemAvailable|Huge' /proc/meminfo\n"
		   "$ grep . /sys/kernel/mm/hugepages/*/*_hugepages\n"
		   "What a VM that runs has pinned and locked, by the process id of its QEMU:\n"
		   "$ grep -E 'VmPin|VmLck' /proc/PID/status",
	.remedy = "Give the VM less memory, or stop what else takes it. Take <hard_limit> out, "
		  "or make it the guest's memory and some GiB. Huge pages are set aside with the "
		  "kernel arguments hugepagesz= and hugepages=.",
	.pitfalls =
		"Ballooning, KSM and swap do not help: what is pinned stays, and <currentMemory> counts for "
		"nothing. With <locked/>, what QEMU itself needs is locked as well, so a hard_limit has to be "
		"larger still. ZFS keeps its cache in memory that MemAvailable does not count, "
		"and gives it back slowly. \"VFIO_MAP_DMA failed: Cannot allocate memory\" in QEMU's "
		"log is the limit of locked memory; \"unable to map backing store for guest RAM\" are "
		"huge pages that are missing.",
	.run = run,
};
