/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One check of the chain, as data and a function; every file of probes/ defines one. */
#ifndef GPUCHECK_PROBES_PROBE_H
#define GPUCHECK_PROBES_PROBE_H

#include "host/card/card.h"
#include "host/host.h"
#include "host/vm/vms.h"
#include "probes/finding.h"
#include "probes/stage.h"

enum scope {
	SCOPE_HOST, /* once a host */
	SCOPE_GPU,  /* once a GPU */
	SCOPE_VM,   /* once a GPU and VM */
};

/* What a probe is asked about; everything belongs to the caller. */
struct subject {
	struct host *host;
	const struct card *card; /* NULL in SCOPE_HOST */
	const struct vm *vm;     /* SCOPE_VM: the one asked about; NULL when there is none */
	bool asked;              /* the check was named, or is to be mended: it may take its time */
};

struct probe {
	const char *id;
	enum stage stage;
	enum scope scope;
	const char *title; /* the good condition, a short sentence without a full stop */
	const char *needs; /* id of the probe that must pass or warn before, or NULL */
	/* The pages of --explain, each a paragraph or more. */
	const char *meaning;
	const char *by_hand;
	const char *remedy;
	const char *pitfalls;
	/* Says something (finding_say) on every path; prints nothing and changes nothing. */
	void (*run)(const struct subject *subject, struct finding *finding);
};

#endif
