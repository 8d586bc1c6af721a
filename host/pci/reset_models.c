/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GPUs that do not come back from a reset, by device id. Source: the devices of
 * github.com/gnif/vendor-reset (src/device-db.h), the kernel module that resets them in AMD's own
 * way; without 1002:15de, which is an audio function.
 */
#include "host/pci/reset.h"

#include "base/alloc.h"

enum { VENDOR_ATI = 0x1002, MOST_IDS = 16 };

static const struct family {
	const char *name;
	uint16_t ids[MOST_IDS]; /* 0 behind the last */
} families[] = {
	{ "Polaris 10",
	  { 0x67c0, 0x67c1, 0x67c2, 0x67c4, 0x67c7, 0x67c8, 0x67c9, 0x67ca, 0x67cc, 0x67cf, 0x67d0,
	    0x67df, 0x6fdf } },
	{ "Polaris 11",
	  { 0x67e0, 0x67e1, 0x67e3, 0x67e7, 0x67e8, 0x67e9, 0x67eb, 0x67ef, 0x67ff } },
	{ "Polaris 12", { 0x6980, 0x6981, 0x6985, 0x6986, 0x6987, 0x6995, 0x6997, 0x699f } },
	{ "Vega 10",
	  { 0x6860, 0x6861, 0x6862, 0x6863, 0x6864, 0x6867, 0x6868, 0x6869, 0x686a, 0x686b, 0x686c,
	    0x686d, 0x686e, 0x686f, 0x687f } },
	{ "Vega 20", { 0x66a0, 0x66a1, 0x66a2, 0x66a3, 0x66a4, 0x66a7, 0x66af } },
	{ "Arcturus", { 0x738c } },
	{ "Navi 10", { 0x7310, 0x7312, 0x7318, 0x7319, 0x731a, 0x731b, 0x731e, 0x731f } },
	{ "Navi 12", { 0x7360, 0x7362 } },
	{ "Navi 14", { 0x7340, 0x7341, 0x7347, 0x734f } },
	{ "Navi 23", { 0x73ff } },
	{ "Raven Ridge", { 0x15dd } },
	{ "Renoir", { 0x1636 } },
	{ "Lucienne", { 0x164c } },
	{ "Cezanne", { 0x1638 } },
	{ "Barcelo", { 0x15e7 } },
	{ "Phoenix", { 0x15bf } },
};

const char *pci_reset_trouble(uint16_t vendor, uint16_t device)
{
	if (vendor != VENDOR_ATI || !device)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		for (size_t k = 0; k < MOST_IDS; k++)
			if (families[i].ids[k] == device)
				return families[i].name;
	return NULL;
}
