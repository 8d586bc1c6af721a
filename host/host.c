/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host that is judged: opening it, and letting go of what was read. */
#include "host/host.h"

#include "base/alloc.h"
#include "base/chase.h"
#include "host/process/program.h"
#include "host/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define CONFIGURATION "etc/gpucheck.conf"

int host_open(const char *directory, struct host **ret, struct error *error)
{
	struct root *root;
	struct host *host;
	int r = root_open(directory, &root, error);

	if (r < 0)
		return r;
	host = xcalloc(1, sizeof(*host));
	host->root = root;
	*ret = host;
	return 0;
}

struct root *host_root(struct host *host)
{
	return host->root;
}

bool host_is_live(const struct host *host)
{
	return root_is_live(host->root);
}

bool host_is_whole(const struct host *host)
{
	return root_is_whole(host->root);
}

void host_tell(struct host *host, const struct teller *teller)
{
	host->teller = teller;
}

const struct teller *host_teller(const struct host *host)
{
	return host->teller;
}

static char *find_name(struct host *host)
{
	struct utsname names;
	char *text;

	if (host_is_live(host))
		return xstrdup(uname(&names) == 0 ? names.nodename : "unknown");
	if (root_read(host->root, "etc/hostname", LIMIT_NUMBER, &text, NULL, NULL) < 0)
		return xstrdup("unknown");
	text[strcspn(text, "\n")] = '\0';
	return text;
}

const char *host_name(struct host *host)
{
	if (!host->name)
		host->name = find_name(host);
	return host->name;
}

int host_configuration(struct host *host, char **ret, struct error *error)
{
	int r = root_read_text(host->root, CONFIGURATION, LIMIT_TEXT, ret, error);

	/* Our own file is no evidence: where a record is spoilt, its absence is believed. */
	if (r != -ENOENT && !root_is_spoilt(host->root))
		return r;
	if (r < 0)
		*ret = NULL;
	return 0;
}

int host_guard_configuration(const struct host *host, const char *file, struct error *error)
{
	_cleanup_free_ char *here = file && *file != '/' ? getcwd(NULL, 0) : NULL;
	_cleanup_free_ char *path = xasprintf("%s/%s", here ? here : "",
					      file ? file : CONFIGURATION);
	_cleanup_free_ char *word = shell_word(file ? file : "/" CONFIGURATION);
	_cleanup_chased_ struct chased place = { .folder = -1 };
	struct error why;

	if (geteuid() != 0 || (!file && !host_is_live(host)) ||
	    chase(path, true, &place, &why) != -EPERM)
		return 0;
	return error_set(error, EPERM, "%s: %s: chown root: %s; chmod go-w %s", word, why.text,
			 word, word);
}

int host_user_file(const char *path, char **ret, struct error *error)
{
	_cleanup_free_ char *whole = realpath(path, NULL);
	struct root *root;
	int r;

	if (!whole)
		return error_set_errno(error, errno, "%s", path);
	r = root_open(NULL, &root, error);
	if (r < 0)
		return r;
	r = root_read_text(root, whole + 1, LIMIT_TEXT, ret, error);
	root_close(root);
	return r;
}

static void forget_list(struct strings *list)
{
	if (list)
		strings_free(list);
	free(list);
}

void host_close(struct host *host)
{
	if (!host)
		return;
	if (host->parsed_arguments)
		kernel_arguments_free(host->parsed_arguments);
	free(host->parsed_arguments);
	fact_free(&host->arguments);
	fact_free(&host->cpuinfo);
	fact_free(&host->interrupts);
	fact_free(&host->meminfo);
	fact_free(&host->unsafe_interrupts);
	fact_free(&host->release);
	fact_free(&host->builtin_modinfo);
	forget_list(host->iommu_units);
	forget_list(host->acpi_tables);
	pci_functions_free(&host->pci);
	names_db_free(host->names);
	next_boot_free(host->next_boot);
	next_image_free(host->next_image);
	xorg_free(host->xorg);
	program_end(host->libvirt);
	program_end(host->ssh);
	vms_free(host->vms);
	guests_forget(host);
	free(host->name);
	root_close(host->root);
	free(host);
}
