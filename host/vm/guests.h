/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guests: what the PCI bus inside a VM shows, asked over SSH or read from a record. */
#ifndef GPUCHECK_HOST_VM_GUESTS_H
#define GPUCHECK_HOST_VM_GUESTS_H

#include "base/error.h"
#include "host/host.h"
#include "host/pci/pci_address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum guest_state {
	GUEST_ANSWERED,
	GUEST_NO_ADDRESS,   /* nobody knows where it is */
	GUEST_NOT_RECORDED, /* below a root that holds no word of it */
	GUEST_UNREACHABLE,  /* no route, no sshd, no answer in time */
	GUEST_HOST_KEY_UNKNOWN,
	GUEST_HOST_KEY_CHANGED,
	GUEST_LOGIN_REFUSED,
	GUEST_BROKEN,  /* logged in, and then it broke off */
	GUEST_GARBLED, /* logged in, and what it says is not what our command prints */
	GUEST_NO_PCI,  /* logged in, and its system shows no PCI bus in sysfs */
};

struct guest_function {
	char address[PCI_ADDRESS_SIZE];
	uint16_t vendor, device;
	unsigned class;
	char *driver; /* NULL for none */
};

struct guest {
	char *vm;
	enum guest_state state;
	char *target;  /* "user@host:port", NULL when it was not asked */
	char *text;    /* what went wrong, NULL when answered */
	char *command; /* that settles it, or NULL */
	char *system;  /* "Linux", NULL when it did not say */
	struct guest_function *functions;
	size_t count;
};

/* Where a VM's guest is. */
struct guest_place {
	const char *vm;
	const char *destination; /* "[USER@]HOST[:PORT]" as the user gave it, NULL */
	const char *address;     /* as libvirt knows it, NULL when it does not */
};

/*
 * Ask all these guests, side by side; each VM once. Below a root, a guest without a given
 * destination is read from gpucheck/guests/NAME.json there.
 */
void guests_ask(struct host *host, const struct guest_place *places, size_t count);

/* What the VM's guest said; NULL when it was not asked. It stays the host's. */
const struct guest *guest_of(struct host *host, const char *vm);

/* Let go of what guests said, so that they can be asked again. */
void guests_forget(struct host *host);

/* "[USER@]HOST[:PORT]", "[USER@][IPV6][:PORT]"; -EINVAL with the text for anything else. */
int guest_destination_check(const char *text, struct error *error);

#endif
