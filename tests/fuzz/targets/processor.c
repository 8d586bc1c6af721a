/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/cpuinfo. */
#include "base/alloc.h"
#include "host/cpu.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input);
	struct cpu cpu = { 0 };
	int r = cpu_parse(text, &cpu);

	PROMISE(r == 0 || r == -EINVAL);
	PROMISE(cpu.address_bits <= 52);
	PROMISE(!cpu.flag || (strstr(text, cpu.flag) && strlen(cpu.flag) == 3));
	PROMISE(cpu.known || !cpu.amd);
	PROMISE(!cpu.hypervisor || strstr(text, "hypervisor"));
	return 0;
}
