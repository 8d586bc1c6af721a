/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handing PCI functions from one driver to another while the host runs. */
#include "host/pci/rebind.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "host/files/root.h"
#include "host/process/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEVICES "sys/bus/pci/devices/"

enum { MODPROBE_SECONDS = 60, NAP_US = 10000 };

static int write_sysfs(struct root *root, const char *path, const char *text, struct error *error)
{
	_cleanup_close_ int file = root_open_file(root, path, O_WRONLY, error);

	if (file < 0)
		return file;
	if (write(file, text, strlen(text)) < 0)
		return error_set_errno(error, errno, "/%s", path);
	return 0;
}

static bool is_on_vfio(struct root *root, const char *function)
{
	_cleanup_free_ char *path = xasprintf(DEVICES "%s/driver", function), *target = NULL;

	return root_read_link(root, path, &target, NULL) == 0 && ends_with(target, "/vfio-pci");
}

static int rebind(struct root *root, const char *function, struct error *error)
{
	_cleanup_free_ char *override = xasprintf(DEVICES "%s/driver_override", function);
	_cleanup_free_ char *unbind = xasprintf(DEVICES "%s/driver/unbind", function);
	int r;

	if (is_on_vfio(root, function))
		return 0;
	r = write_sysfs(root, override, "vfio-pci", error);
	if (r == 0 && root_exists(root, unbind, NULL) > 0)
		r = write_sysfs(root, unbind, function, error);
	if (r == 0)
		r = write_sysfs(root, "sys/bus/pci/drivers_probe", function, error);
	if (r == 0 && !is_on_vfio(root, function))
		r = error_set(error, ENODEV, "vfio-pci did not take %s: see dmesg", function);
	return r;
}

/* An unbind can wait for ever in the kernel, where no signal reaches: so a child does it. */
static int rebind_in_child(struct root *root, const char *function, unsigned seconds,
			   struct error *error)
{
	const long long end = monotonic_ms() + 1000LL * seconds;
	pid_t child, got = 0;
	int status = 0;

	child = fork();
	if (child == 0)
		_exit(-rebind(root, function, NULL));
	if (child < 0)
		return error_set_errno(error, errno, "rebinding %s", function);
	while (got == 0 && monotonic_ms() < end) {
		got = waitpid(child, &status, WNOHANG);
		if (got == 0)
			usleep(NAP_US);
	}
	if (got == 0) {
		kill(child, SIGKILL);
		return error_set(error, ETIMEDOUT,
				 "the driver of %s does not let go of it within %u seconds: reboot",
				 function, seconds);
	}
	if (got != child || !WIFEXITED(status))
		return error_set(error, EIO, "rebinding %s failed", function);
	if (WEXITSTATUS(status))
		return error_set_errno(error, WEXITSTATUS(status), "handing %s to vfio-pci",
				       function);
	return 0;
}

static int load_vfio(struct error *error)
{
	_cleanup_(command_free) struct command modprobe = { .seconds = MODPROBE_SECONDS };
	_cleanup_free_ char *said = NULL;
	int status, r;

	strings_add(&modprobe.words, "/usr/sbin/modprobe");
	strings_add(&modprobe.words, "vfio-pci");
	r = command_read(&modprobe, 1 << 16, &said, &status, error);
	if (r < 0 || !status)
		return r;
	said[strcspn(said, "\n")] = '\0';
	return error_set(error, EIO, "modprobe vfio-pci failed: %s", said);
}

int rebind_to_vfio(struct host *host, const struct strings *functions, unsigned seconds,
		   struct error *error)
{
	int r = host_is_live(host) ? load_vfio(error)
				   : error_set(error, EINVAL, "below a root nothing is bound");

	for (size_t i = 0; r == 0 && i < functions->count; i++)
		r = rebind_in_child(host_root(host), functions->items[i], seconds, error);
	return r;
}
