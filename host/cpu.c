/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What proc/cpuinfo says of the processor's virtualization, and whether KVM can be used. */
#include "host/cpu.h"

#include "host/state.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BITS = 52 }; /* of a physical address in a page table (AMD64 manual 2, 5.3) */

static bool is_word(const char *word, size_t length, const char *text)
{
	return strlen(text) == length && !memcmp(word, text, length);
}

static void read_vendor(const char *word, size_t length, struct cpu *cpu)
{
	static const struct {
		const char *name;
		bool amd;
	} vendors[] = {
		{ "GenuineIntel", false }, { "AuthenticAMD", true },  { "HygonGenuine", true },
		{ "CentaurHauls", false }, { "  Shanghai  ", false },
	};

	for (size_t i = 0; i < sizeof(vendors) / sizeof(*vendors); i++) {
		if (!is_word(word, length, vendors[i].name))
			continue;
		cpu->known = true;
		cpu->amd = vendors[i].amd;
	}
}

static void read_flags(const char *at, const char *end, struct cpu *cpu)
{
	const char *word;
	size_t length;

	while (next_word(&at, end, &word, &length)) {
		if (is_word(word, length, "vmx"))
			cpu->flag = "vmx";
		else if (is_word(word, length, "svm"))
			cpu->flag = "svm";
		else if (is_word(word, length, "hypervisor"))
			cpu->hypervisor = true;
		else if (is_word(word, length, "pdpe1gb"))
			cpu->gigabyte_pages = true;
	}
}

/* "vendor_id\t: GenuineIntel": the value of a line that has this key, NULL for another line. */
static const char *value_of(const char *line, size_t length, const char *key)
{
	const char *colon = memchr(line, ':', length);

	if (!colon || !starts_with(line, key) || !strchr("\t :", line[strlen(key)]))
		return NULL;
	colon++;
	return colon < line + length && *colon == ' ' ? colon + 1 : colon;
}

/* "46 bits physical, 48 bits virtual" */
static unsigned read_bits(const char *value)
{
	unsigned long bits = isdigit((unsigned char)*value) ? strtoul(value, NULL, 10) : 0;

	return bits <= MOST_BITS ? (unsigned)bits : 0;
}

int cpu_parse(const char *text, struct cpu *ret)
{
	struct cpu cpu = { 0 };
	const char *line, *value;
	bool flags = false;
	size_t length;

	/* An empty line ends what is said of a processor. */
	while (next_line(&text, &line, &length) && !(flags && !length)) {
		if ((value = value_of(line, length, "vendor_id"))) {
			read_vendor(value, (size_t)(line + length - value), &cpu);
		} else if ((value = value_of(line, length, "flags"))) {
			read_flags(value, line + length, &cpu);
			flags = true;
		} else if ((value = value_of(line, length, "address sizes"))) {
			cpu.address_bits = read_bits(value);
		}
	}
	if (!flags)
		return -EINVAL;
	*ret = cpu;
	return 0;
}

int cpu_read(struct host *host, struct cpu *ret, struct error *error)
{
	int r = fact_must(&host->cpuinfo, host->root, "proc/cpuinfo", LIMIT_LARGE, error);

	if (r < 0)
		return r;
	if (cpu_parse(host->cpuinfo.text, ret) < 0)
		return error_set(error, EINVAL, "/proc/cpuinfo: no flags line");
	return 0;
}

int kvm_is_usable(struct host *host, struct error *error)
{
	int descriptor;

	if (!host_is_live(host))
		return root_exists(host->root, "sys/class/misc/kvm", error);
	descriptor = root_open_file(host->root, "dev/kvm", O_RDWR, error);
	if (descriptor == -ENOENT || descriptor == -ENODEV || descriptor == -ENXIO)
		return 0;
	if (descriptor < 0)
		return descriptor;
	close(descriptor);
	return 1;
}
