/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who uses the card on this host. */
#include "probes/card_users.h"

#include "base/alloc.h"
#include "host/vm/vm_process.h"

#include <stdlib.h>
#include <string.h>

/* Services whose end cuts a person off the host, or ends what has nothing to do with the card. */
static const char *const kept_services[] = {
	"ssh.service",        "sshd.service",           "dbus.service",   "dbus-broker.service",
	"networking.service", "NetworkManager.service", "docker.service", "containerd.service",
	"libvirtd.service",   "virtqemud.service",      "crond.service",  "cron.service",
};
static const char *const kept_prefixes[] = { "systemd-", "getty@", "serial-getty@", "user@",
					     "ssh@" };

static bool is_kept(const char *unit)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept_services); i++)
		if (!strcmp(unit, kept_services[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(kept_prefixes); i++)
		if (starts_with(unit, kept_prefixes[i]))
			return true;
	return false;
}

bool holder_goes_with_session(const struct holder *holder)
{
	return holder->pid == 1 ||
	       (holder->unit && !strcmp(holder->unit, "systemd-logind.service"));
}

static const char *what_to_do(const struct holder *holder)
{
	const char *unit = holder->unit;

	if (unit_is_qemu(unit))
		return "shut its VM down";
	if (!unit)
		return "end it";
	if (holder->service)
		return "this host needs that service: end its use of the card otherwise";
	if (ends_with(unit, ".service") || starts_with(unit, "session-"))
		return "close it, or log its user out";
	return starts_with(unit, "user@") ? "log its user out" : "stop its container or scope";
}

static void sort_out(const struct holder *holder, struct card_users *users)
{
	_cleanup_free_ char *who = NULL;

	if (holder_goes_with_session(holder))
		return;
	if (holder->service && !is_kept(holder->unit)) {
		strings_add_once(&users->services, holder->unit);
		return;
	}
	who = holder_describe(holder);
	strings_take(&users->by_hand, xasprintf("%s: %s", who, what_to_do(holder)));
}

/* Each process once; they are sorted by pid. */
static void sort_all_out(struct card_users *users)
{
	for (size_t i = 0; i < users->count; i++)
		if (!i || users->holders[i].pid != users->holders[i - 1].pid)
			sort_out(&users->holders[i], users);
	users->sessions_only = users->count && !users->services.count && !users->by_hand.count;
	if (users->sessions_only)
		strings_add(
			&users->by_hand,
			"a user's session has the display open: loginctl shows which; log it out");
}

static bool has_card(const struct vm *vm, const struct card *card)
{
	for (size_t i = 0; vm->active && i < card->count; i++)
		if (vm_find_hostdev(&vm->live, &card->functions[i]->address) ||
		    vm_has_on_commandline(&vm->live, &card->functions[i]->address))
			return true;
	return false;
}

/*
 * The name of the VM whose QEMU this is, NULL when it is none that has the card. Only one process
 * can open a group (drivers/vfio/group.c), so this one or nobody has it for its VM.
 */
static int find_vm(const struct subject *subject, const struct holder *holder, const char **ret,
		   struct error *error)
{
	const struct vms *vms;
	int r;

	*ret = NULL;
	if (!starts_with(holder->node, "dev/vfio/"))
		return 0;
	r = vms_read(subject->host, &vms, error);
	if (r < 0)
		return error_wrap(
			error,
			"%s (%d) holds /%s, and whether it is the VM's own QEMU cannot be "
			"told",
			holder->name, holder->pid, holder->node);
	if (vms->source == VMS_NOT_RECORDED && unit_is_qemu(holder->unit))
		*ret = holder->unit;
	for (size_t i = 0; i < vms->count; i++) {
		if (!has_card(&vms->items[i], subject->card))
			continue;
		r = vm_is_process(subject->host, &vms->items[i], holder->pid, holder->unit, error);
		if (r < 0)
			return r;
		if (r)
			*ret = vms->items[i].name;
	}
	return 0;
}

static void drop(struct card_users *users, size_t index)
{
	struct holder *holder = &users->holders[index];

	free(holder->name);
	free(holder->node);
	free(holder->unit);
	users->count--;
	memmove(holder, holder + 1, (users->count - index) * sizeof(*holder));
}

/* Leave the VM's own QEMU out. */
static int leave_out_vm(const struct subject *subject, struct card_users *users,
			struct error *error)
{
	for (size_t i = 0; i < users->count;) {
		const char *vm;
		int r = find_vm(subject, &users->holders[i], &vm, error);

		if (r < 0)
			return r;
		if (!vm) {
			i++;
			continue;
		}
		if (!users->vm)
			users->vm = xstrdup(vm);
		drop(users, i);
	}
	return 0;
}

int card_users_find(const struct subject *subject, struct card_users *ret, struct error *error)
{
	struct card_users users = { 0 };
	int r = holders_find(subject->host, subject->card, &users.holders, &users.count, error);

	if (r == 0)
		r = leave_out_vm(subject, &users, error);
	if (r < 0) {
		card_users_free(&users);
		return r;
	}
	sort_all_out(&users);
	*ret = users;
	return 0;
}

void card_users_free(struct card_users *users)
{
	holders_free(users->holders, users->count);
	free(users->vm);
	strings_free(&users->services);
	strings_free(&users->by_hand);
	*users = (struct card_users){ 0 };
}

char *card_users_command(const struct card_users *users)
{
	_cleanup_strings_ struct strings words = { 0 };

	strings_add(&words, "systemctl stop");
	for (size_t i = 0; i < users->services.count; i++)
		strings_take(&words, shell_word(users->services.items[i]));
	return strings_join(&words, " ");
}
