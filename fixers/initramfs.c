/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Getting files into the initramfs of every installed kernel. */
#include "fixers/initramfs.h"

#include "base/alloc.h"
#include "fixers/boot_words.h"
#include "fixers/templates.h"
#include "host/boot/initramfs_tool.h"

#include <errno.h>
#include <string.h>

#define DRACUT_DROP_IN "etc/dracut.conf.d/90-gpucheck.conf"
#define TOOLS_HOOK     "etc/initramfs-tools/hooks/gpucheck"

/* Seconds for all kernels together; an emulated processor takes 4 minutes for one. */
enum { REBUILD_SECONDS = 3600, FILE_MODE = 0644, HOOK_MODE = 0755 };

int initramfs_tool_is_known(struct host *host, struct error *error)
{
	if (initramfs_tool_of(host) != INITRAMFS_TOOL_UNKNOWN)
		return 0;
	return error_set(error, EOPNOTSUPP,
			 "it cannot be told whether initramfs-tools or dracut builds this host's "
			 "initramfs");
}

static int want_in_dracut(struct plan *plan, struct host *host, const char *file,
			  struct error *error)
{
	_cleanup_free_ char *path = NULL, *now = NULL, *text = NULL, *line = NULL;
	int r = plan_read_file(plan, host, DRACUT_DROP_IN, &path, &now, error);
	bool there;

	if (r < 0)
		return r;
	line = xasprintf("install_items+=\" /%s \"\n", file);
	there = now && strstr(now, line);
	text = xasprintf("%s%s%s", now ? now : template_dracut_drop_in,
			 now && *now && !there && !ends_with(now, "\n") ? "\n" : "",
			 there ? "" : line);
	return plan_set_file(plan, host, DRACUT_DROP_IN, text, FILE_MODE, error);
}

int initramfs_want(struct plan *plan, struct host *host, const char *file, struct error *error)
{
	int r = initramfs_tool_is_known(host, error);

	if (r < 0)
		return r;
	if (initramfs_tool_of(host) == INITRAMFS_DRACUT)
		return want_in_dracut(plan, host, file, error);
	/* initramfs-tools takes all of etc/modprobe.d by itself, and no rule of udev's. */
	if (starts_with(file, "etc/modprobe.d/"))
		return 0;
	return plan_set_file(plan, host, TOOLS_HOOK, template_initramfs_tools_hook, HOOK_MODE,
			     error);
}

void initramfs_rebuild(struct plan *plan, struct host *host)
{
	if (initramfs_tool_of(host) == INITRAMFS_DRACUT)
		plan_add_command(plan, REBUILD_SECONDS, "/usr/bin/dracut", "--regenerate-all",
				 "--force", NULL);
	else
		plan_add_command(plan, REBUILD_SECONDS, "/usr/sbin/update-initramfs", "-u", "-k",
				 "all", NULL);
	boot_words_refresh(plan, host);
}
