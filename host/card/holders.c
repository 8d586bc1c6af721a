/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who on this host holds a card. */
#include "host/card/holders.h"

#include "base/alloc.h"
#include "host/card/card_nodes.h"
#include "host/state.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONTAINER_ID = 64 }; /* hexadecimal digits of a container's id */

struct search {
	struct host *host;
	struct strings patterns;
	struct holder *holders;
	size_t count;
	size_t hidden; /* processes whose descriptors may not be read */
};

static bool is_unit(const char *name)
{
	return ends_with(name, ".service") || ends_with(name, ".scope") ||
	       (strlen(name) == CONTAINER_ID && strspn(name, "0123456789abcdef") == CONTAINER_ID);
}

/* Nothing but slices, none of them of users or machines. */
static bool are_system_slices(const char *path)
{
	_cleanup_free_ char *copy = xstrdup(path);
	char *at = copy, *part;

	while ((part = strsep(&at, "/")))
		if (*part && (!ends_with(part, ".slice") || !strcmp(part, "user.slice") ||
			      !strcmp(part, "machine.slice")))
			return false;
	return true;
}

/* The last component of a cgroup's path that is a unit or a container; NULL without one. */
static char *last_unit(const char *path, size_t length, bool *ret_service)
{
	_cleanup_free_ char *copy = xstrndup(path, length);
	char *slash;

	while ((slash = strrchr(copy, '/'))) {
		*slash = '\0';
		if (!is_unit(slash + 1))
			continue;
		*ret_service = ends_with(slash + 1, ".service") && are_system_slices(copy);
		return xstrdup(slash + 1);
	}
	return NULL;
}

/*
 * proc/PID/cgroup, "ID:CONTROLLERS:PATH" a line (cgroups(7)): where both are mounted, systemd's own
 * hierarchy of version 1 says more than version 2.
 */
static char *find_unit(const char *text, bool *ret_service)
{
	static const char *const hierarchies[] = { ":name=systemd:", "::" };
	char *unit = NULL;

	for (size_t i = 0; !unit && i < ARRAY_SIZE(hierarchies); i++) {
		const char *cursor = text, *line;
		size_t length;

		while (!unit && next_line(&cursor, &line, &length)) {
			size_t digits = strspn(line, "0123456789");
			size_t start = digits + strlen(hierarchies[i]);

			if (start <= length && starts_with(line + digits, hierarchies[i]))
				unit = last_unit(line + start, length - start, ret_service);
		}
	}
	return unit;
}

static char *unit_of(struct root *root, int pid, bool *ret_service)
{
	_cleanup_free_ char *path = xasprintf("proc/%d/cgroup", pid), *text = NULL;

	/* It only explains: where it cannot be read, the holder has none. */
	*ret_service = false;
	if (root_read_text(root, path, LIMIT_TEXT, &text, NULL) < 0)
		return NULL;
	return find_unit(text, ret_service);
}

/* What a link of proc/PID/fd says as a node of the card; NULL for anything else. Modifies it. */
static const char *card_node(const struct search *search, char *link)
{
	static const char deleted[] = " (deleted)";

	if (!starts_with(link, "/dev/"))
		return NULL;
	/* The node is gone, what was opened by it is not. */
	if (ends_with(link, deleted))
		link[strlen(link) - strlen(deleted)] = '\0';
	for (size_t i = 0; i < search->patterns.count; i++)
		if (fnmatch(search->patterns.items[i], link + 1, FNM_PATHNAME) == 0)
			return link + 1;
	return NULL;
}

/* The text of a link of proc/PID/fd; 0 when it was closed meanwhile. */
static ssize_t read_descriptor(int folder, const char *name, char *ret, size_t room)
{
	/* Gone is what is gone at a second look too. */
	for (int look = 0; look < 2; look++) {
		ssize_t length = TEMP_FAILURE_RETRY(readlinkat(folder, name, ret, room));

		if (length >= 0)
			return length;
		if (errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* The card's nodes that a process has open, each once. */
static int list_nodes(const struct search *search, int pid, struct strings *ret,
		      struct error *error)
{
	_cleanup_free_ char *path = xasprintf("proc/%d/fd", pid);
	_cleanup_strings_ struct strings names = { 0 };
	_cleanup_close_ int folder = -1;
	int r = root_list(search->host->root, path, &names, error);

	if (r < 0 || !names.count)
		return r;
	folder = root_open_file(search->host->root, path, O_PATH | O_DIRECTORY, error);
	if (folder < 0)
		return folder;
	for (size_t i = 0; i < names.count; i++) {
		char link[PATH_MAX];
		ssize_t length = read_descriptor(folder, names.items[i], link, sizeof(link) - 1);
		const char *node;

		if (length < 0)
			return error_set_errno(error, (int)length, "/%s/%s", path, names.items[i]);
		link[length] = '\0';
		node = card_node(search, link);
		if (node)
			strings_add_once(ret, node);
	}
	return 0;
}

/* /dev/kfd is one for all cards on amdgpu: without a render node it may be another one's. */
static void forget_foreign_kfd(struct strings *nodes)
{
	bool renders = false;
	size_t kept = 0;

	for (size_t i = 0; i < nodes->count; i++)
		renders |= starts_with(nodes->items[i], "dev/dri/renderD");
	for (size_t i = 0; i < nodes->count; i++) {
		if (renders || strcmp(nodes->items[i], CARD_NODE_KFD) != 0)
			nodes->items[kept++] = nodes->items[i];
		else
			free(nodes->items[i]);
	}
	nodes->count = kept;
}

static int add_process(struct search *search, int pid, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("proc/%d/comm", pid), *name = NULL, *unit = NULL;
	_cleanup_strings_ struct strings nodes = { 0 };
	bool service;
	int r = list_nodes(search, pid, &nodes, error);

	forget_foreign_kfd(&nodes);
	if (r < 0 || !nodes.count)
		return r;
	r = root_read_text(search->host->root, path, LIMIT_NUMBER, &name, error);
	if (r < 0)
		return r;
	name[strcspn(name, "\n")] = '\0';
	unit = unit_of(search->host->root, pid, &service);
	search->holders = xreallocarray(search->holders, search->count + nodes.count,
					sizeof(*search->holders));
	for (size_t i = 0; i < nodes.count; i++)
		search->holders[search->count++] = (struct holder){
			.pid = pid,
			.name = xstrdup(name),
			.node = xstrdup(nodes.items[i]),
			.unit = xstrdup(unit),
			.service = service,
		};
	return 0;
}

static bool parse_pid(const char *name, int *ret)
{
	unsigned long pid;

	if (!*name || strspn(name, "0123456789") != strlen(name))
		return false;
	errno = 0;
	pid = strtoul(name, NULL, 10);
	*ret = (int)pid;
	return !errno && pid && pid <= INT_MAX;
}

/*
 * Of a process that has just ended nothing is there, or a link reads "permission denied"
 * (fs/proc/base.c).
 */
static bool is_there(const struct search *search, int pid)
{
	_cleanup_free_ char *path = xasprintf("proc/%d", pid);

	return root_exists(search->host->root, path, NULL) != 0;
}

static int search_processes(struct search *search, const struct strings *names, struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->count; i++) {
		int pid;

		if (!parse_pid(names->items[i], &pid))
			continue;
		r = add_process(search, pid, error);
		/* A process that ended meanwhile holds nothing. */
		if (r < 0 && !is_there(search, pid))
			r = 0;
		search->hidden += r == -EACCES || r == -EPERM;
		if (r == -EACCES || r == -EPERM)
			r = 0;
	}
	if (r == 0 && search->hidden && !search->count)
		r = error_set(error, EACCES,
			      "/proc: only root may read the open files of %zu process%s, which "
			      "would tell who holds the card",
			      search->hidden, search->hidden > 1 ? "es" : "");
	return r;
}

static int by_pid_and_node(const void *left, const void *right)
{
	const struct holder *one = left, *other = right;

	if (one->pid != other->pid)
		return one->pid < other->pid ? -1 : 1;
	return strcmp(one->node, other->node);
}

static void sort(struct holder *holders, size_t count)
{
	if (count)
		qsort(holders, count, sizeof(*holders), by_pid_and_node);
}

static int read_record(struct host *host, const struct card *card, struct holder **ret,
		       size_t *ret_count, struct error *error)
{
	const char *gpu = card->functions[0]->name;
	_cleanup_free_ char *text = NULL;
	int r = root_read_text(host->root, RECORDED_HOLDERS, LIMIT_TEXT, &text, error);

	if (r < 0)
		return r;
	r = recorded_holders_parse(text, gpu, ret, ret_count);
	if (r == -ENOENT)
		return error_set(error, r, "/" RECORDED_HOLDERS ": says nothing of %s", gpu);
	if (r < 0)
		return error_set(error, r, "/" RECORDED_HOLDERS ": not a record of holders");
	sort(*ret, *ret_count);
	return 0;
}

static int read_processes(struct host *host, const struct card *card, const struct strings *names,
			  struct holder **ret, size_t *ret_count, struct error *error)
{
	struct search search = { .host = host };
	int r = card_nodes(host, card, &search.patterns, error);

	if (r == 0)
		r = search_processes(&search, names, error);
	strings_free(&search.patterns);
	if (r < 0) {
		holders_free(search.holders, search.count);
		return r;
	}
	sort(search.holders, search.count);
	*ret = search.holders;
	*ret_count = search.count;
	return 0;
}

int holders_find(struct host *host, const struct card *card, struct holder **ret, size_t *ret_count,
		 struct error *error)
{
	_cleanup_strings_ struct strings names = { 0 };
	int r = root_list(host->root, "proc", &names, error);

	if (r < 0 && (r != -ENOENT || host_is_live(host)))
		return r;
	if (strings_have(&names, "1"))
		return read_processes(host, card, &names, ret, ret_count, error);
	if (!host_is_live(host))
		return read_record(host, card, ret, ret_count, error);
	/* A /proc mounted with hidepid= shows the caller's own processes only. */
	return error_set(error, EACCES,
			 "/proc: only root sees the host's processes, which would tell who holds "
			 "the card");
}

char *holder_describe(const struct holder *holder)
{
	return xasprintf("%s (%d%s%s)", holder->name, holder->pid, holder->unit ? ", " : "",
			 holder->unit ? holder->unit : "");
}

void holders_free(struct holder *holders, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(holders[i].name);
		free(holders[i].node);
		free(holders[i].unit);
	}
	free(holders);
}
