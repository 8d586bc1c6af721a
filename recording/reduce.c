/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeping of a file only what checks read of it: all but definitions. */
#include "recording/reduce.h"

#include "base/alloc.h"
#include "host/modules/kernel_modules.h"

#include <fnmatch.h>
#include <pci/header.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_SIZE = 256, CONFIG_HEADER = 64, VPD_DATA = 4, LOG_TAIL = 64 << 10 };

static void put_line(FILE *out, const char *line, size_t length)
{
	fwrite(line, 1, length, out);
	putc('\n', out);
}

/* The lines of a text that are wanted, each as it is. */
static char *keep_lines(const struct recorded_devices *devices, const char *text,
			bool (*is_wanted)(const struct recorded_devices *devices, const char *line,
					  size_t length),
			size_t *ret_length)
{
	const char *line;
	size_t length;
	char *result;
	FILE *out = xmemstream(&result, ret_length);

	while (next_line(&text, &line, &length))
		if (is_wanted(devices, line, length))
			put_line(out, line, length);
	fclose(out);
	return result;
}

char *reduce_cpuinfo(const struct recorded_devices *devices, const char *text, size_t length,
		     size_t *ret_length)
{
	char *result;
	FILE *out = xmemstream(&result, ret_length);
	const char *line;

	(void)devices;
	while (next_line(&text, &line, &length) && length)
		if (!starts_with(line, "Serial"))
			put_line(out, line, length);
	putc('\n', out);
	fclose(out);
	return result;
}

/* The data register of the Vital Product Data capability still holds what was last read of it. */
static void clear_vital_data(unsigned char *config, size_t length)
{
	size_t at = config[PCI_CAPABILITY_LIST] & ~3U;

	for (size_t steps = 0; steps < CONFIG_SIZE / 4; steps++) {
		if (at < CONFIG_HEADER || at + 2 * VPD_DATA > length)
			return;
		if (config[at] == PCI_CAP_ID_VPD)
			memset(config + at + VPD_DATA, 0, VPD_DATA);
		at = config[at + PCI_CAP_LIST_NEXT] & ~3U;
	}
}

char *reduce_config(const struct recorded_devices *devices, const char *text, size_t length,
		    size_t *ret_length)
{
	size_t kept = length < CONFIG_SIZE ? length : CONFIG_SIZE;
	unsigned char *config = xcalloc(kept + 1, 1);

	(void)devices;
	memcpy(config, text, kept);
	if (kept >= CONFIG_HEADER && config[PCI_STATUS] & PCI_STATUS_CAP_LIST &&
	    config[PCI_VENDOR_ID] != 0xff)
		clear_vital_data(config, kept);
	*ret_length = kept;
	return (char *)config;
}

/* Whether "pci:v…" is a pattern of one of the host's functions. */
static bool concerns(const struct recorded_devices *devices, const char *pattern)
{
	for (size_t i = 0; i < devices->modaliases.count; i++) {
		const char *modalias = devices->modaliases.items[i];
		size_t same = 0;

		while (pattern[same] && pattern[same] == modalias[same])
			same++;
		/* fnmatch is slow, and an index has 15,000 patterns. */
		if ((!pattern[same] || strchr("*?[", pattern[same])) &&
		    fnmatch(pattern, modalias, 0) == 0)
			return true;
	}
	return false;
}

/* "alias pci:v000010DEd* nouveau", and every "alias vfio_pci:…". */
static bool is_wanted_alias(const struct recorded_devices *devices, const char *line, size_t length)
{
	static const char alias[] = "alias ";
	_cleanup_free_ char *copy = NULL;

	if (starts_with(line, "alias vfio_pci:"))
		return true;
	if (!starts_with(line, "alias pci:"))
		return false;
	copy = xstrndup(line + sizeof(alias) - 1, length - (sizeof(alias) - 1));
	copy[strcspn(copy, " ")] = '\0';
	return concerns(devices, copy);
}

char *reduce_aliases(const struct recorded_devices *devices, const char *text, size_t length,
		     size_t *ret_length)
{
	(void)length;
	return keep_lines(devices, text, is_wanted_alias, ret_length);
}

/* "xhci_pci.alias=pci:v*…", each with a NUL behind it. */
char *reduce_builtin_aliases(const struct recorded_devices *devices, const char *text,
			     size_t length, size_t *ret_length)
{
	static const char key[] = ".alias=pci:";
	const char *end = text + length;
	char *result;
	FILE *out = xmemstream(&result, ret_length);

	for (; text < end; text += strlen(text) + 1) {
		const char *at = strstr(text, key);

		if (at && concerns(devices, at + strlen(".alias=")))
			fwrite(text, 1, strlen(text) + 1, out);
	}
	fclose(out);
	return result;
}

/* "kernel/drivers/gpu/drm/radeon/radeon.ko.xz: …": the module in front of the colon. */
static char *module_of_line(const char *line, size_t length)
{
	_cleanup_free_ char *path = xstrndup(line, length);
	char *name, *end;

	path[strcspn(path, ":")] = '\0';
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	end = strstr(name, ".ko");
	if (end)
		*end = '\0';
	return module_name(name);
}

static bool is_wanted_dependency(const struct recorded_devices *devices, const char *line,
				 size_t length)
{
	_cleanup_free_ char *module = module_of_line(line, length);

	return starts_with(module, "vfio") || strings_have(&devices->modules, module);
}

char *reduce_dependencies(const struct recorded_devices *devices, const char *text, size_t length,
			  size_t *ret_length)
{
	(void)length;
	return keep_lines(devices, text, is_wanted_dependency, ret_length);
}

static bool is_firmware(const char *line, size_t length)
{
	static const char key[] = "Package: ";
	_cleanup_free_ char *name = xstrndup(line + sizeof(key) - 1, length - (sizeof(key) - 1));

	return !strcmp(name, "ovmf") || starts_with(name, "pve-edk2-firmware");
}

char *reduce_packages(const struct recorded_devices *devices, const char *text, size_t length,
		      size_t *ret_length)
{
	bool wanted = false;
	char *result;
	FILE *out = xmemstream(&result, ret_length);
	const char *line;

	(void)devices;
	while (next_line(&text, &line, &length)) {
		if (starts_with(line, "Package: "))
			wanted = is_firmware(line, length);
		if (wanted && (!length || starts_with(line, "Package: ") ||
			       starts_with(line, "Status: ") || starts_with(line, "Version: ")))
			put_line(out, line, length);
		wanted = wanted && length;
	}
	fclose(out);
	return result;
}

static bool names_drop_ins(const struct recorded_devices *devices, const char *line, size_t length)
{
	static const char folder[] = "default/grub.d";

	(void)devices;
	return memmem(line, length, folder, sizeof(folder) - 1);
}

char *reduce_mkconfig(const struct recorded_devices *devices, const char *text, size_t length,
		      size_t *ret_length)
{
	(void)length;
	return keep_lines(devices, text, names_drop_ins, ret_length);
}

static bool is_wanted_setting(const struct recorded_devices *devices, const char *line,
			      size_t length)
{
	const char *word = line + strspn(line, " \t");

	(void)devices;
	(void)length;
	return !starts_with(word, "guest") && !strchr(";#", *word);
}

char *reduce_configuration(const struct recorded_devices *devices, const char *text, size_t length,
			   size_t *ret_length)
{
	(void)length;
	return keep_lines(devices, text, is_wanted_setting, ret_length);
}

/* libvirt's own lines begin with the time; what follows these words is kept, or not. */
static bool put_libvirts(const char *line, FILE *out)
{
	static const char started[] = ": starting up", ended[] = ": shutting down, reason=";
	const char *mark = *line >= '0' && *line <= '9' ? strstr(line, started) : NULL;

	if (mark)
		fprintf(out, "%.*s%s\n", (int)(mark - line), line, started);
	else if (*line >= '0' && *line <= '9' && strstr(line, ended))
		fprintf(out, "%s\n", line);
	else
		return false;
	return true;
}

char *reduce_qemu_log(const struct recorded_devices *devices, const char *text, size_t length,
		      size_t *ret_length)
{
	const char *line, *end = text + length;
	char *result;
	FILE *out;

	(void)devices;
	text = length > LOG_TAIL ? end - LOG_TAIL : text;
	out = xmemstream(&result, ret_length);
	while (next_line(&text, &line, &length)) {
		_cleanup_free_ char *one = xstrndup(line, length);

		/* QEMU's own begin with its name, which is kvm in places. */
		if (!put_libvirts(one, out) && !ends_with(one, "\\") &&
		    (strstr(one, "qemu-system-") || strstr(one, "kvm: ")))
			fprintf(out, "%s\n", one);
	}
	fclose(out);
	return result;
}
