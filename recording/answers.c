/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a live host shows and no file of it holds. */
#include "recording/answers.h"

#include "base/alloc.h"
#include "host/boot/initramfs_answer.h"
#include "host/boot/next_image.h"
#include "host/card/card.h"
#include "host/card/holders.h"
#include "host/cpu.h"
#include "host/pci/pci_names.h"
#include "host/state.h"
#include "host/vm/recorded_libvirt.h"
#include "host/vm/vm_process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void collect_name(struct collection *collection)
{
	collection_add(collection, "etc/hostname", xstrdup("host\n"), PIECE_WORDS);
}

/* By trying, where that can be done: the node may be there and not work. */
static void collect_kvm(struct host *host, struct collection *collection)
{
	struct error error;
	int r = kvm_is_usable(host, &error);

	if (r > 0)
		collection_add(collection, "sys/class/misc/kvm/.keep", xstrdup(""), PIECE_PLAIN);
	else if (r < 0)
		collection_note(collection, "sys/class/misc/kvm", &error, false);
}

/* That of the next boot: no other is asked for. */
static void collect_image(struct host *host, struct collection *collection)
{
	const struct next_image *image = next_image_look(host, true);
	const char *slash = image->path ? strrchr(image->path, '/') : NULL;
	_cleanup_free_ char *place = NULL;

	if (!slash)
		return;
	place = xasprintf("gpucheck/initramfs/%s.json", slash + 1);
	if (image->state == IMAGE_READ)
		collection_add(collection, place, initramfs_answer(&image->contents), PIECE_JSON);
	else if (image->state == IMAGE_FAILED)
		collection_add(collection, place, initramfs_answer_failed(&image->error),
			       PIECE_JSON);
}

/* A card whose holders are not told is left out: "not recorded". */
static int add_holders(struct host *host, struct pci_function *gpu, FILE *out, bool *first,
		       struct error *error)
{
	_cleanup_free_ char *list = NULL;
	struct holder *holders;
	struct card card;
	size_t count;
	int r;

	card_find(host, gpu, &card);
	r = holders_find(host, &card, &holders, &count, error);
	card_free(&card);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	list = recorded_holders_list(holders, count);
	holders_free(holders, count);
	fprintf(out, "%s \"%s\": %s", *first ? "" : ",\n", gpu->name, list);
	*first = false;
	return 0;
}

static void collect_holders(struct host *host, struct collection *collection)
{
	const struct pci_functions *all;
	struct error error;
	char *text;
	size_t length;
	bool first = true;
	int r = pci_functions(host, &all, &error);
	FILE *out = xmemstream(&text, &length);

	fputs("{\n", out);
	for (size_t i = 0; r == 0 && i < all->count; i++)
		if (pci_is_gpu(&all->items[i]))
			r = add_holders(host, &all->items[i], out, &first, &error);
	fputs("\n}\n", out);
	fclose(out);
	if (r == 0 && !first)
		collection_add(collection, RECORDED_HOLDERS, text, PIECE_JSON);
	else
		free(text);
	if (r < 0)
		collection_note(collection, RECORDED_HOLDERS, &error, false);
}

bool answers_ask_libvirt(struct host *host)
{
	return host_is_live(host) || host->libvirt_uri;
}

/* The words of libvirt's own files for the states of a VM that has a process. */
static const char *status_word(const char *state)
{
	return !strcmp(state, "suspended") ? "pmsuspended" : state;
}

static void add_definition(struct collection *collection, const char *folder, const char *name,
			   const char *xml)
{
	_cleanup_free_ char *place = xasprintf("%s/%s.xml", folder, name);
	size_t length;

	scrub_learn(collection->scrub, xml, strlen(xml));
	collection_add(collection, place,
		       reduce_definition(&collection->devices, xml, strlen(xml), &length),
		       PIECE_WORDS);
}

/* As libvirt's files would have it, below a root that is not asked for more. */
static void add_domain(struct host *host, struct collection *collection,
		       const struct libvirt_domain *domain)
{
	_cleanup_free_ char *save = xasprintf("var/lib/libvirt/qemu/save/%s.save", domain->name);
	int pid = vm_recorded_pid(host, domain->name, NULL);

	if (strchr(domain->name, '/'))
		return;
	if (domain->saved)
		add_definition(collection, "etc/libvirt/qemu", domain->name, domain->saved);
	if (domain->live) {
		_cleanup_free_ char *number = pid > 0 ? xasprintf(" pid='%d'", pid) : xstrdup("");
		_cleanup_free_ char *status = xasprintf("<domstatus state='%s'%s>\n%s</domstatus>",
							status_word(domain->state), number,
							domain->live);

		add_definition(collection, "run/libvirt/qemu", domain->name, status);
	}
	if (domain->managed_save)
		collection_add(collection, save, xstrdup(""), PIECE_WORDS);
}

static void collect_libvirt(struct host *host, struct collection *collection)
{
	struct recorded_libvirt libvirt = { 0 };
	struct libvirt_domain *domains = NULL;
	const struct vms *vms;
	struct error error;
	size_t count = 0;
	int r = vms_read(host, &vms, &error);

	if (r == 0)
		libvirt = (struct recorded_libvirt){
			.absent = vms->source == VMS_NO_LIBVIRT,
			.version = vms->version,
		};
	/* Below a root without etc/libvirt nothing is known, and nothing is told. */
	if (r == 0 && vms->source != VMS_NOT_RECORDED)
		collection_add(collection, RECORDED_LIBVIRT, recorded_libvirt_text(&libvirt),
			       PIECE_JSON);
	if (r == 0 && !libvirt.absent && answers_ask_libvirt(host)) {
		collection_add(collection, "etc/libvirt/qemu/.keep", xstrdup(""), PIECE_WORDS);
		r = libvirt_domains(host, &domains, &count, &error);
	}
	for (size_t i = 0; i < count; i++)
		add_domain(host, collection, &domains[i]);
	libvirt_domains_free(domains, count);
	if (r < 0)
		collection_note(collection, "etc/libvirt", &error, false);
}

/* Below a root each guest that its record tells of; else those that were asked. */
static void ask_recorded(struct host *host)
{
	_cleanup_strings_ struct strings files = { 0 };

	if (root_list(host->root, "gpucheck/guests", &files, NULL) < 0)
		return;
	for (size_t i = 0; i < files.count; i++) {
		_cleanup_free_ char *vm = NULL;
		struct guest_place place = { 0 };

		if (!ends_with(files.items[i], ".json"))
			continue;
		vm = xstrndup(files.items[i], strlen(files.items[i]) - strlen(".json"));
		place.vm = vm;
		guests_ask(host, &place, 1);
	}
}

/* "root@vm7.example:22": a guest's user and name are the owner's, as the host's are. */
static void hide_target(struct collection *collection, const char *target)
{
	const char *at = target ? strrchr(target, '@') : NULL;
	_cleanup_free_ char *user = NULL, *name = NULL;

	if (!at)
		return;
	user = xstrndup(target, (size_t)(at - target));
	name = xstrndup(at + 1, strcspn(at + 1, ":"));
	scrub_name(collection->scrub, user, "user");
	scrub_name(collection->scrub, name, "guest");
}

static void collect_guests(struct host *host, struct collection *collection)
{
	if (!host_is_live(host))
		ask_recorded(host);
	for (size_t i = 0; i < host->guest_count; i++) {
		const struct guest *guest = &host->guests[i];
		_cleanup_free_ char *place = xasprintf("gpucheck/guests/%s.json", guest->vm);

		if (guest->state == GUEST_NOT_RECORDED)
			continue;
		hide_target(collection, guest->target);
		collection_add(collection, place, guest_answer_text(guest), PIECE_JSON);
	}
}

/* "10de:2504" of every function, each once, sorted. */
static void list_ids(struct host *host, struct strings *ret)
{
	const struct pci_functions *all;
	_cleanup_strings_ struct strings ids = { 0 };

	if (pci_functions(host, &all, NULL) < 0)
		return;
	for (size_t i = 0; i < all->count; i++) {
		uint16_t vendor, device;

		if (pci_ids(host, &all->items[i], &vendor, &device, NULL) == 0)
			strings_take(&ids, xasprintf("%04x:%04x", vendor, device));
	}
	strings_sort(&ids);
	for (size_t i = 0; i < ids.count; i++)
		if (!i || strcmp(ids.items[i], ids.items[i - 1]) != 0)
			strings_add(ret, ids.items[i]);
}

/* The few lines of pci.ids that name this host's functions, as they are named here. */
static void collect_names(struct host *host, struct collection *collection)
{
	_cleanup_strings_ struct strings ids = { 0 };
	unsigned long last = ~0UL;
	char *text;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	fputs("# the PCI functions of one host\n", out);
	list_ids(host, &ids);
	for (size_t i = 0; i < ids.count; i++) {
		const unsigned long vendor = strtoul(ids.items[i], NULL, 16);
		const unsigned long device = strtoul(ids.items[i] + 5, NULL, 16);
		_cleanup_free_ char *maker = NULL, *name = NULL;

		pci_names(host, (uint16_t)vendor, (uint16_t)device, &maker, &name);
		if (maker && vendor != last)
			fprintf(out, "%04lx  %s\n", vendor, maker);
		last = maker ? vendor : last;
		if (maker && name)
			fprintf(out, "\t%04lx  %s\n", device, name);
	}
	fclose(out);
	collection_add(collection, "usr/share/misc/pci.ids", text, PIECE_PLAIN);
}

void answers_collect(struct host *host, struct collection *collection)
{
	collect_name(collection);
	collect_kvm(host, collection);
	collect_image(host, collection);
	collect_holders(host, collection);
	collect_libvirt(host, collection);
	collect_guests(host, collection);
	collect_names(host, collection);
}
