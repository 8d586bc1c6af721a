/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kind of function it is, in a word or two (PCI Code and ID Assignment Specification). */
#include "report/class_words.h"

#include "base/alloc.h"

const char *class_words(int class)
{
	static const struct {
		int class;
		const char *words;
	} table[] = {
		{ 0x0100, "SCSI" },          { 0x0101, "IDE" },         { 0x0104, "RAID" },
		{ 0x0106, "SATA" },          { 0x0107, "SAS" },         { 0x0108, "NVMe" },
		{ 0x0200, "Ethernet" },      { 0x0207, "InfiniBand" },  { 0x0280, "network" },
		{ 0x0300, "VGA" },           { 0x0302, "3D" },          { 0x0380, "display" },
		{ 0x0401, "audio" },         { 0x0403, "audio" },       { 0x0480, "multimedia" },
		{ 0x0500, "memory" },        { 0x0580, "memory" },      { 0x0600, "host bridge" },
		{ 0x0601, "ISA bridge" },    { 0x0680, "bridge" },      { 0x0700, "serial port" },
		{ 0x0780, "communication" }, { 0x0806, "IOMMU" },       { 0x0805, "SD card" },
		{ 0x0880, "system" },        { 0x0c03, "USB" },         { 0x0c05, "SMBus" },
		{ 0x0c80, "serial bus" },    { 0x0d80, "wireless" },    { 0x1080, "encryption" },
		{ 0x1180, "signals" },       { 0x1200, "accelerator" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].class == class)
			return table[i].words;
	return NULL;
}
