/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guests: what the PCI bus and the drivers inside a VM show, over SSH or from a record. */
#ifndef GPUCHECK_HOST_VM_GUESTS_H
#define GPUCHECK_HOST_VM_GUESTS_H

#include "base/error.h"
#include "base/strings.h"
#include "host/host.h"
#include "host/pci/pci.h"
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
	GUEST_NO_SSH,  /* not asked: libssh is not installed on the host */
};

struct guest_function {
	char address[PCI_ADDRESS_SIZE];
	uint16_t vendor, device;
	unsigned class;
	char *driver;  /* NULL for none */
	bool has_bars; /* they were read */
	struct pci_bar bars[6];
	size_t bar_count;
	/* Of a GPU only. */
	struct strings drm;     /* "card0" */
	struct strings modules; /* without a driver: those that modprobe knows for it */
	struct strings loaded;  /* those of them that are loaded */
};

enum nvidia_flavour { NVIDIA_UNKNOWN, NVIDIA_OPEN, NVIDIA_CLOSED };

/* nvidia-smi in the guest. */
enum smi_state {
	SMI_NOT_TOLD, /* no NVIDIA GPU, or an older record */
	SMI_ABSENT,
	SMI_IDLE, /* there, and not run: no GPU is on the driver nvidia */
	SMI_LATE, /* killed after its time */
	SMI_ENDED,
};

struct guest_nvidia {
	bool loaded;   /* the kernel module */
	char *version; /* "550.54.15", NULL when it is not told */
	enum nvidia_flavour flavour;
	enum smi_state smi;
	int status;            /* of nvidia-smi, when it ended */
	struct strings listed; /* addresses in the guest, as guest_function has them */
	char *text;            /* what else it said, NULL for nothing */
};

/* An NVSwitch needs the Fabric Manager. */
enum fabric_state { FABRIC_NONE, FABRIC_MANAGED, FABRIC_WITHOUT_MANAGER };

struct guest {
	char *vm;
	enum guest_state state;
	bool recorded; /* read from a record: what it does not tell, nobody can be asked */
	char *target;  /* "user@host:port", NULL when it was not asked */
	char *text;    /* what went wrong, NULL when answered */
	char *command; /* that settles it, or NULL */
	char *system;  /* "Linux", NULL when it did not say */
	char *kernel;  /* its release, or NULL */
	struct guest_function *functions;
	size_t count;
	struct guest_nvidia nvidia;
	enum fabric_state fabric;
};

/* Where a VM's guest is. */
struct guest_place {
	const char *vm;
	const char *destination; /* "[USER@]HOST[:PORT]" as the user gave it, NULL */
	const char *address;     /* as libvirt knows it, NULL when it does not */
};

/* A guest may be asked soon: what that takes is loaded meanwhile. */
void guests_get_ready(struct host *host);

/*
 * Ask all these guests, side by side; each VM once. Below a root, a guest without a given
 * destination is read from gpucheck/guests/NAME.json there.
 */
void guests_ask(struct host *host, const struct guest_place *places, size_t count);

/* What the VM's guest said; NULL when it was not asked. It stays the host's. */
const struct guest *guest_of(struct host *host, const char *vm);

/* What it said, as gpucheck-guest answers it and a record keeps it (fixtures/README.md); the caller
 * frees it. Not of a guest that is not recorded. */
char *guest_answer_text(const struct guest *guest);

/* The function of these ids that comes behind one (NULL: the first), NULL when there is none. */
const struct guest_function *guest_next(const struct guest *guest, uint16_t vendor, uint16_t device,
					const struct guest_function *behind);

/* Let go of what guests said, so that they can be asked again. */
void guests_forget(struct host *host);

/* "[USER@]HOST[:PORT]", "[USER@][IPV6][:PORT]"; -EINVAL with the text for anything else. */
int guest_destination_check(const char *text, struct error *error);

#endif
