/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record of an applied plan, below var/lib/gpucheck/ID of the host: what it changes, and every
 * original. It is complete and flushed before the first file changes.
 *
 *   record.json       what record.c writes
 *   state             applying, applied, undoing or undone
 *   before.N, after.N the files, in the record's order; before.N with owner, mode and attributes
 *   domain.N.before, domain.N.after, domain.N.defined   definitions; "defined" as libvirt gave it
 *   output            what the commands printed
 *
 * Commands without a change have no record; what they print is in var/lib/gpucheck/output.
 */
#ifndef GPUCHECK_PLAN_RECORD_H
#define GPUCHECK_PLAN_RECORD_H

#include "plan/plan.h"

#include <time.h>

#define STATE_FOLDER "var/lib/gpucheck"

enum { RECORD_MODE = 0700 }; /* originals may be secret */

enum record_state {
	RECORD_APPLYING, /* begun, and not ended: interrupted, unless a gpucheck is at work */
	RECORD_APPLIED,
	RECORD_UNDOING,
	RECORD_UNDONE,
};

struct recorded_file {
	char *path;
	bool existed; /* before the plan */
};

struct record {
	unsigned id;
	enum record_state state;
	time_t time; /* of applying */
	struct strings steps;
	struct strings folders; /* made by the plan, the outer ones first */
	struct recorded_file *files;
	size_t file_count;
	struct strings vms; /* whose definition it changes */
	struct command *commands;
	size_t command_count;
};

/*
 * Write the record of a plan that is about to be applied, state RECORD_APPLYING. The caller holds
 * the lock. Whatever it returns, nothing but the record was written.
 */
int record_begin(struct host *host, const struct plan *plan, struct record *ret,
		 struct error *error);

/* -ENOENT without such a record, -EINVAL when it cannot be understood. */
int record_read(struct host *host, unsigned id, struct record *ret, struct error *error);
void record_free(struct record *record);

/* Only how far it is; a state that cannot be understood counts as RECORD_APPLYING. */
int record_read_state(struct host *host, unsigned id, enum record_state *ret, struct error *error);

/* Ids of all records, rising; none when nothing was ever applied. The caller frees *ret. */
int record_list(struct host *host, unsigned **ret, size_t *ret_count, struct error *error);

/* Id of the last one whose state is wanted; -ENOENT when there is none. */
int record_find_last(struct host *host, bool (*wanted)(enum record_state state), unsigned *ret,
		     struct error *error);

/* Where it fails, record->state is what the disk has; applied when that cannot be told either. */
int record_set_state(struct host *host, struct record *record, enum record_state state,
		     struct error *error);
const char *record_state_name(enum record_state state);
bool record_is_interrupted(enum record_state state);

/* The path of one of its files: record_path(3, "before.%zu", 0); the caller frees it. */
char *record_path(unsigned id, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Write one of its files, flushed. */
int record_write(struct host *host, const char *path, const char *text, struct error *error);

/* The name under which a file of this record is written before it is renamed. */
char *record_temporary(const struct record *record, const char *path);

/*
 * The lock of the state folder, as a descriptor; made with the folder when missing. -EBUSY with who
 * is at work, and since when; -EPERM where others may write that folder.
 */
int record_lock(struct host *host, struct error *error);

/* 1 when some gpucheck holds that lock now, 0 when none does, -errno when that cannot be told. */
int record_is_at_work(struct host *host, struct error *error);

#endif
