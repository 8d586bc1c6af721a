/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initramfs image of the next boot. */
#include "host/boot/next_image.h"

#include "base/alloc.h"
#include "host/boot/bootloader.h"
#include "host/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

/* 1 when the image is there, 0 when not, -errno when that cannot be told. */
static int find_size(struct host *host, struct next_image *image)
{
	_cleanup_close_ int descriptor = -1;
	struct stat status;

	descriptor = root_open_file(host->root, image->path, O_PATH, &image->error);
	if (descriptor == -ENOENT || descriptor == -ENOTDIR)
		return 0;
	if (descriptor < 0)
		return descriptor;
	if (fstat(descriptor, &status) < 0)
		return error_set_errno(&image->error, errno, "/%s", image->path);
	image->size = (unsigned long long)status.st_size;
	return 1;
}

static enum image_state read_record(struct host *host, struct next_image *image)
{
	int r = initramfs_read_recorded(host, image->path, &image->contents, &image->error);

	if (r == -ENOENT || r == -ENOTDIR)
		return IMAGE_NOT_RECORDED;
	return r < 0 ? IMAGE_FAILED : IMAGE_READ;
}

static enum image_state look(struct host *host, bool asked, struct next_image *image)
{
	enum image_state recorded;
	int r = next_boot_initramfs(host, &image->path, &image->error);

	if (r == 0)
		r = find_size(host, image);
	if (r < 0)
		return IMAGE_FAILED;
	/* In a record the file is empty: that there is an image, and no more. */
	if (!host_is_live(host) && !image->size) {
		recorded = read_record(host, image);
		if (!r || recorded != IMAGE_NOT_RECORDED)
			return recorded;
	}
	if (image->size > IMAGE_UNASKED && !asked)
		return IMAGE_LARGE;
	r = initramfs_read(host, image->path, &image->contents, &image->error);
	return r < 0 ? IMAGE_FAILED : IMAGE_READ;
}

const struct next_image *next_image_look(struct host *host, bool asked)
{
	struct next_image *image = host->next_image;

	if (image && !(image->state == IMAGE_LARGE && asked))
		return image;
	next_image_free(image);
	image = xcalloc(1, sizeof(*image));
	image->state = look(host, asked, image);
	host->next_image = image;
	return image;
}

void next_image_free(struct next_image *image)
{
	if (!image)
		return;
	free(image->path);
	initramfs_free(&image->contents);
	free(image);
}
