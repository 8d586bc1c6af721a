/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PCI functions of the host as sysfs shows them (Documentation/ABI/testing/sysfs-bus-pci).
 * Every question reads its file once; the answer is kept with the function.
 */
#ifndef GPUCHECK_HOST_PCI_PCI_H
#define GPUCHECK_HOST_PCI_PCI_H

#include "base/error.h"
#include "host/host.h"
#include "host/pci/pci_address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pci_facts;

struct pci_function {
	struct pci_address address;
	char name[PCI_ADDRESS_SIZE]; /* as sysfs writes it: 0000:01:00.0 */
	int class;               /* base class, subclass, interface; -1 when it cannot be read */
	struct pci_facts *facts; /* kept answers, NULL until the first question */
};

struct pci_functions {
	struct pci_function *items; /* sorted by address */
	size_t count;
	bool read;
};

/* One base address register of a function (the lines 0 to 5 of its resource file). */
struct pci_bar {
	unsigned index;
	uint64_t start, end, flags; /* flags: IORESOURCE_ bits of the kernel's ioport.h */
};

/* What the configuration space says (PCI Express Base Specification 7.5). */
struct pci_config {
	bool all_ones; /* the function does not answer */
	int header;    /* header type without the multi-function bit: 0 device, 1 bridge */
	int port;      /* device/port type of the PCI Express capability, -1 where it is not seen */
	bool whole;    /* capabilities were readable, which takes privileges: unseen is absent */
	enum pci_acs {
		PCI_ACS_UNSEEN, /* the extended configuration space was not readable */
		PCI_ACS_ABSENT,
		PCI_ACS_OFF, /* it could, and does not all that keeps devices apart */
		PCI_ACS_ON,
	} acs; /* Access Control Services, as the kernel asks for them before it splits groups */
};

enum {
	PCI_PORT_ROOT = 4,
	PCI_PORT_UPSTREAM = 5,
	PCI_PORT_DOWNSTREAM = 6,
	PCI_PORT_TO_PCI = 7, /* a bridge to conventional PCI */
};

/* Bridges above a function, at most: a record may hold a loop. */
enum { PCI_MAX_DEPTH = 64 };

/* All functions. The array is the host's. */
int pci_functions(struct host *host, const struct pci_functions **ret, struct error *error);

/* The function at an address, NULL when there is none (or the bus cannot be read). */
struct pci_function *pci_find(struct host *host, const struct pci_address *address);

/* The path of one of its files below the root: "sys/bus/pci/devices/…/driver"; the caller frees. */
char *pci_path(const struct pci_function *function, const char *file);

/* Each is 0 or -errno with the path in the error; outputs are set on success only. */
int pci_class(struct host *host, struct pci_function *function, unsigned *ret, struct error *error);
int pci_ids(struct host *host, struct pci_function *function, uint16_t *vendor, uint16_t *device,
	    struct error *error);
int pci_config(struct host *host, struct pci_function *function, struct pci_config *ret,
	       struct error *error);
/* At most six; *ret_count says how many have flags, that is: exist. */
int pci_bars(struct host *host, struct pci_function *function, struct pci_bar ret[6],
	     size_t *ret_count, struct error *error);
/* Names stay the host's; NULL means there is none. */
int pci_driver(struct host *host, struct pci_function *function, const char **ret,
	       struct error *error);
int pci_group(struct host *host, struct pci_function *function, const char **ret,
	      struct error *error);
/* The bridge above it, NULL on a root bus. */
int pci_parent(struct host *host, struct pci_function *function, struct pci_function **ret,
	       struct error *error);
/* The file, boot_vga or boot_display, that reads 1: firmware's screen is on it. NULL when none. */
int pci_boot_display(struct host *host, struct pci_function *function, const char **ret,
		     struct error *error);
/* The physical function of a virtual one, "" when it is not virtual. */
int pci_physical_function(struct host *host, struct pci_function *function, const char **ret,
			  struct error *error);
/* How many virtual functions it has now. */
int pci_virtual_count(struct host *host, struct pci_function *function, uint64_t *ret,
		      struct error *error);
/* A device of its own below the function shows that its driver registered it with vfio (6.1+). */
int pci_has_vfio_device(struct host *host, struct pci_function *function, bool *ret,
			struct error *error);

/* Base class and subclass: 0x0300. -1 when the class is not known. */
int pci_base_class(const struct pci_function *function);

/* VGA, 3D, other display controllers, processing accelerators (PCI Code and ID Assignment). */
bool pci_is_gpu(const struct pci_function *function);
bool pci_is_display(const struct pci_function *function);

#endif
