/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The framebuffer that firmware left to the kernel. */
#include "host/display/boot_framebuffer.h"

#include "base/alloc.h"
#include "host/state.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IOMEM "proc/iomem"

/*
 * The names of such memory: BOOTFB is what sysfb reserves, others are the drivers of it, and of the
 * devices of theirs (drivers/firmware/sysfb*.c, drivers/video/fbdev, drivers/gpu/drm/sysfb).
 */
static const char *const names[] = {
	"BOOTFB",           "efifb",           "vesafb",
	"simplefb",         "simpledrm",       "efidrm",
	"vesadrm",          "efi-framebuffer", "simple-framebuffer",
	"vesa-framebuffer", "vga-framebuffer", "platform-framebuffer",
};

/* One of the names, or the name of its n-th device: "simple-framebuffer.0". */
static bool is_framebuffer(const char *name, size_t length)
{
	size_t end = length;

	while (end && isdigit((unsigned char)name[end - 1]))
		end--;
	if (end && end < length && name[end - 1] == '.')
		length = end - 1;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == length && !memcmp(names[i], name, length))
			return true;
	return false;
}

static bool hexadecimal(const char **cursor, uint64_t *ret)
{
	char *end;

	if (!isxdigit((unsigned char)**cursor))
		return false;
	errno = 0;
	*ret = strtoull(*cursor, &end, 16);
	/* "0x" is no part of it, and strtoull takes it */
	if (errno || end - *cursor > 16 || (*cursor)[1] == 'x')
		return false;
	*cursor = end;
	return true;
}

/*
 * "    c0000000-c07e8fff : BOOTFB": how deep it is nested does not matter, addresses decide. The
 * name is NULL where it is no framebuffer's.
 */
static bool parse_line(const char *line, size_t length, struct boot_framebuffer *ret)
{
	static const char colon[] = " : ";
	const char *at = line + strspn(line, " "), *const end = line + length;
	struct boot_framebuffer range = { 0 };

	if (!hexadecimal(&at, &range.start) || *at++ != '-' || !hexadecimal(&at, &range.end) ||
	    !starts_with(at, colon) || range.end < range.start)
		return false;
	at += strlen(colon);
	if (is_framebuffer(at, (size_t)(end - at)))
		range.name = xstrndup(at, (size_t)(end - at));
	*ret = range;
	return true;
}

static void add(struct boot_framebuffer **list, size_t *count, const struct boot_framebuffer *one)
{
	*list = xreallocarray(*list, *count + 1, sizeof(**list));
	(*list)[(*count)++] = *one;
}

int boot_framebuffers_parse(const char *text, struct boot_framebuffer **ret, size_t *ret_count)
{
	struct boot_framebuffer *found = NULL, one;
	size_t count = 0, lines = 0, length;
	uint64_t highest = 0;
	const char *line;

	for (; next_line(&text, &line, &length); lines++) {
		if (!parse_line(line, length, &one)) {
			boot_framebuffers_free(found, count);
			return -EINVAL;
		}
		highest |= one.end;
		if (one.name)
			add(&found, &count, &one);
	}
	if (!lines || !highest) {
		boot_framebuffers_free(found, count);
		return lines ? -EACCES : -EINVAL;
	}
	*ret = found;
	*ret_count = count;
	return 0;
}

int boot_framebuffers_find(struct host *host, struct boot_framebuffer **ret, size_t *ret_count,
			   struct error *error)
{
	_cleanup_free_ char *text = NULL;
	int r = root_read_text(host->root, IOMEM, LIMIT_LARGE, &text, error);

	if (r < 0)
		return r;
	r = boot_framebuffers_parse(text, ret, ret_count);
	if (r == -EACCES)
		return error_set(error, r,
				 "/" IOMEM ": every address is 0, since the kernel shows them to "
				 "root only");
	return r < 0 ? error_set(error, r, "/" IOMEM ": not a list of memory ranges") : 0;
}

void boot_framebuffers_free(struct boot_framebuffer *framebuffers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(framebuffers[i].name);
	free(framebuffers);
}
