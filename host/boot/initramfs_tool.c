/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which program builds this host's initramfs images. */
#include "host/boot/initramfs_tool.h"

#include "host/files/root.h"

/* Traces of each, the surest first; a pair decides as soon as one of the two is there. */
static const struct {
	const char *initramfs_tools, *dracut;
} traces[] = {
	{ "etc/kernel/postinst.d/initramfs-tools", "etc/kernel/postinst.d/dracut" },
	{ "etc/initramfs-tools/initramfs.conf", "etc/dracut.conf" },
	{ "etc/initramfs-tools", "etc/dracut.conf.d" },
};

enum initramfs_tool initramfs_tool_of(struct host *host)
{
	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
		bool tools = root_exists(host_root(host), traces[i].initramfs_tools, NULL) > 0;
		bool dracut = root_exists(host_root(host), traces[i].dracut, NULL) > 0;

		if (tools != dracut)
			return tools ? INITRAMFS_TOOLS : INITRAMFS_DRACUT;
		if (tools)
			return INITRAMFS_TOOL_UNKNOWN;
	}
	return INITRAMFS_TOOL_UNKNOWN;
}
