/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The least that a program can do to know a host's PCI functions: list the bus below the root
 * given, and open and read the class of each. What ./dev bench holds gpucheck against.
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define DEVICES "sys/bus/pci/devices"

static size_t read_class(int root, const char *name)
{
	char path[300], text[4096];
	size_t total = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), DEVICES "/%s/class", name);
	fd = openat(root, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	while ((got = read(fd, text, sizeof(text))) > 0)
		total += (size_t)got;
	close(fd);
	return total;
}

int main(int argc, char **argv)
{
	size_t count = 0, bytes = 0;
	const struct dirent *entry;
	int root, fd;
	DIR *dir;

	if (argc != 2)
		errx(1, "name a root");
	root = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = openat(root, DEVICES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		err(1, "%s/" DEVICES, argv[1]);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		bytes += read_class(root, entry->d_name);
		count++;
	}
	closedir(dir);
	printf("%zu functions, %zu bytes\n", count, bytes);
	return 0;
}
