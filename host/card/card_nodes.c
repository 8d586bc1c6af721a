/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device nodes of a card. */
#include "host/card/card_nodes.h"

#include "base/alloc.h"
#include "host/state.h"

#include <errno.h>
#include <string.h>

/* Folders of this sort: drm/card0/card0-DP-1. */
#define CONNECTOR "connector"

/* What a name "PREFIXn" in a folder below a function means: the node "NODEnTAIL". */
static const struct kind {
	const char *folder, *prefix, *node, *tail;
} kinds[] = {
	{ "drm", "card", "dev/dri/card", "" },
	{ "drm", "renderD", "dev/dri/renderD", "" },
	{ "sound", "card", "dev/snd/controlC", "" },
	{ "sound", "card", "dev/snd/*C", "D*" }, /* pcmC1D3p, hwC1D0 */
	{ "graphics", "fb", "dev/fb", "" },
	{ "accel", "accel", "dev/accel/accel", "" },
	{ "vfio-dev", "vfio", "dev/vfio/devices/vfio", "" },
	{ ".", "i2c-", "dev/i2c-", "" },
	/* A DisplayPort's I2C adapter and AUX channel belong to its connector. */
	{ CONNECTOR, "i2c-", "dev/i2c-", "" },
	{ CONNECTOR, "drm_dp_aux", "dev/drm_dp_aux", "" },
};

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

/* The nodes that a name in a folder of that sort stands for. */
static void add_name(const char *name, const char *sort, struct strings *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct kind *kind = &kinds[i];
		const char *number;

		if (strcmp(kind->folder, sort) != 0 || !starts_with(name, kind->prefix))
			continue;
		number = name + strlen(kind->prefix);
		if (is_number(number))
			strings_take(ret, xasprintf("%s%s%s", kind->node, number, kind->tail));
	}
}

/* A folder that is not there has none. */
static int add_folder(struct root *root, const char *path, const char *sort, struct strings *ret,
		      struct error *error)
{
	_cleanup_strings_ struct strings names = { 0 };
	int r = root_list(root, path, &names, error);

	for (size_t i = 0; r == 0 && i < names.count; i++)
		add_name(names.items[i], sort, ret);
	return r == -ENOENT ? 0 : r;
}

static int add_connector(struct root *root, const char *path, struct strings *ret,
			 struct error *error)
{
	_cleanup_strings_ struct strings names = { 0 };
	int r = root_listed(root, path, root_list(root, path, &names, error), error);

	for (size_t i = 0; r == 0 && i < names.count; i++)
		add_name(names.items[i], CONNECTOR, ret);
	return r;
}

static int add_connectors(struct root *root, const char *drm, struct strings *ret,
			  struct error *error)
{
	_cleanup_strings_ struct strings cards = { 0 };
	int r = root_list(root, drm, &cards, error);

	if (r == -ENOENT)
		return 0;
	for (size_t i = 0; r == 0 && i < cards.count; i++) {
		_cleanup_free_ char *card = xasprintf("%s/%s", drm, cards.items[i]);
		_cleanup_free_ char *prefix = xasprintf("%s-", cards.items[i]);
		_cleanup_strings_ struct strings names = { 0 };

		r = root_listed(root, card, root_list(root, card, &names, error), error);
		for (size_t k = 0; r == 0 && k < names.count; k++) {
			_cleanup_free_ char *path = xasprintf("%s/%s", card, names.items[k]);

			if (starts_with(names.items[k], prefix))
				r = add_connector(root, path, ret, error);
		}
	}
	return r;
}

/* Through its group, or without an IOMMU (Documentation/driver-api/vfio.rst). */
static int add_vfio_group(struct host *host, struct pci_function *function, struct strings *ret,
			  struct error *error)
{
	const char *group;
	int r = pci_group(host, function, &group, error);

	if (r == 0 && group && is_number(group)) {
		strings_take(ret, xasprintf("dev/vfio/%s", group));
		strings_take(ret, xasprintf("dev/vfio/noiommu-%s", group));
	}
	return r;
}

/* "Device Minor: \t 0" of the driver's own file; NULL where it does not say. */
static int nvidia_minor(struct host *host, const struct pci_function *function, char **ret,
			struct error *error)
{
	static const char label[] = "Device Minor:";
	_cleanup_free_ char *path = xasprintf("proc/driver/nvidia/gpus/%s/information",
					      function->name);
	_cleanup_free_ char *text = NULL;
	const char *at;
	int r = root_read_text(host->root, path, LIMIT_TEXT, &text, error);

	*ret = NULL;
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	at = strstr(text, label);
	if (!at)
		return 0;
	at += strlen(label);
	at += strspn(at, " \t");
	if (strspn(at, "0123456789"))
		*ret = xstrndup(at, strspn(at, "0123456789"));
	return 0;
}

/* The nodes that only the driver's name tells. */
static int add_driver_nodes(struct host *host, struct pci_function *function, struct strings *ret,
			    struct error *error)
{
	_cleanup_free_ char *minor = NULL;
	const char *driver;
	int r = pci_driver(host, function, &driver, error);

	if (r < 0 || !driver)
		return r;
	if (!strcmp(driver, "amdgpu"))
		strings_add(ret, CARD_NODE_KFD);
	if (strcmp(driver, "nvidia") != 0)
		return 0;
	r = nvidia_minor(host, function, &minor, error);
	if (r < 0)
		return r;
	if (minor) {
		strings_take(ret, xasprintf("dev/nvidia%s", minor));
		return 0;
	}
	/* Which of the driver's cards it is cannot be told: each node may be this one's. */
	strings_add(ret, "dev/nvidia[0-9]*");
	strings_add(ret, "dev/nvidiactl");
	strings_add(ret, "dev/nvidia-uvm");
	strings_add(ret, "dev/nvidia-modeset");
	return 0;
}

static int add_function(struct host *host, struct pci_function *function, struct strings *ret,
			struct error *error)
{
	static const char *const folders[] = {
		".", "drm", "sound", "graphics", "accel", "vfio-dev"
	};
	_cleanup_free_ char *drm = pci_path(function, "drm");
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *path = pci_path(function, folders[i]);

		r = add_folder(host->root, path, folders[i], ret, error);
	}
	if (r == 0)
		r = add_connectors(host->root, drm, ret, error);
	if (r == 0)
		r = add_vfio_group(host, function, ret, error);
	return r < 0 ? r : add_driver_nodes(host, function, ret, error);
}

int card_nodes(struct host *host, const struct card *card, struct strings *ret, struct error *error)
{
	struct strings nodes = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < card->count; i++)
		r = add_function(host, card->functions[i], &nodes, error);
	if (r < 0) {
		strings_free(&nodes);
		return r;
	}
	*ret = nodes;
	return 0;
}
