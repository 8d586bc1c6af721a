/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to change on the host: proposed by fixers, shown, and then applied as one transaction. */
#ifndef GPUCHECK_PLAN_PLAN_H
#define GPUCHECK_PLAN_PLAN_H

#include "base/error.h"
#include "base/strings.h"
#include "host/host.h"
#include "host/process/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct file_change {
	char *path;   /* below the root; no link */
	char *before; /* NULL: there is no such file */
	size_t before_length;
	char *after;
	mode_t mode; /* of a file that was not there */
};

/* A virtual machine's saved definition, by way of libvirt. */
struct domain_change {
	char *vm;
	char *before, *after;
};

/* What is done once, after the change, and is no part of what can be taken back. */
enum action_kind {
	ACTION_BIND,       /* functions: hand them to vfio-pci now */
	ACTION_START_VM,   /* subject: the VM */
	ACTION_RESTART_VM, /* shut down, then start */
	ACTION_RESUME_VM,
	ACTION_STOP_SERVICE, /* subject: the unit */
};

struct action {
	enum action_kind kind;
	char *subject;            /* VM, card or unit, as it is shown */
	struct strings functions; /* ACTION_BIND: addresses */
};

/* What must be seen once the change was made; see effects.h. */
enum effect_kind {
	EFFECT_BOOT_WORD,     /* subject: among the next boot's kernel arguments */
	EFFECT_IOMMU_LEFT_ON, /* no word of the next boot turns the IOMMU off */
	EFFECT_IN_INITRAMFS,  /* subject: a file that the image of the next boot holds as on disk */
};

struct effect {
	enum effect_kind kind;
	char *subject;
};

struct plan {
	struct strings steps; /* what is mended and how, a sentence each */
	struct file_change *files;
	size_t file_count;
	struct domain_change *domains;
	size_t domain_count;
	struct command *commands; /* follow-ups: after the change, and after it is taken back */
	size_t command_count;
	struct action *actions;
	size_t action_count;
	struct effect *effects;
	size_t effect_count;
	/* What the plan does not do, a sentence each. */
	struct strings reboot;   /* what waits for the next boot */
	struct strings withheld; /* disruptive, and that was not allowed */
	struct strings refused;
	struct strings by_hand;
};

/* It changes a file or a definition: something that can be taken back. */
bool plan_has_changes(const struct plan *plan);
/* It does something: changes, commands, or actions. */
bool plan_acts(const struct plan *plan);

/*
 * A file's text as the plan leaves it; NULL in *ret when there will be none. *ret_path is where
 * links lead. The caller frees both.
 */
int plan_read_file(const struct plan *plan, struct host *host, const char *path, char **ret_path,
		   char **ret, struct error *error);

/*
 * Let the file have this text; mode is a new file's. 1 when the plan changes it then, 0 when it has
 * that text already.
 */
int plan_set_file(struct plan *plan, struct host *host, const char *path, const char *text,
		  mode_t mode, struct error *error);

/* A VM's definition as the plan leaves it; NULL where the plan leaves it alone. The plan's. */
const char *plan_definition(const struct plan *plan, const char *vm);
void plan_set_definition(struct plan *plan, const char *vm, const char *before, const char *after);

/* Words end with a NULL; the same command twice is run once, where it was last put. */
void plan_add_command(struct plan *plan, unsigned seconds, const char *word, ...)
	__attribute__((sentinel));
/* functions may be NULL. The same action twice is done once. */
void plan_add_action(struct plan *plan, enum action_kind kind, const char *subject,
		     const struct strings *functions);
void plan_expect(struct plan *plan, enum effect_kind kind, const char *subject);

/* Add a sentence to one of the plan's lists, unless it is there. */
void plan_say(struct strings *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

void plan_free(struct plan *plan);

#endif
