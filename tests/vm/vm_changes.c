/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host/vm/vm_changes.h on the command line, for test_vm_changes.py:
 *
 *   vm-changes ROOT URI COMMAND ARGUMENT...     ROOT "" is the live host, URI "" the default
 *
 * Texts are given as names of files. What comes back is written to standard output; an error is
 * "NUMBER TEXT" there, with exit status 1.
 */
#include "host/vm/vm_changes.h"

#include "base/alloc.h"
#include "host/vm/vms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_text(const char *path, char **ret, struct error *error)
{
	_cleanup_fclose_ FILE *file = fopen(path, "r");
	size_t room = 0;

	if (!file || getdelim(ret, &room, '\0', file) < 0)
		return error_set_errno(error, errno, "%s", path);
	return 0;
}

static int text(struct host *host, char **arguments, char **ret, struct error *error)
{
	return vm_definition_text(host, arguments[0], ret, error);
}

static int define(struct host *host, char **arguments, char **ret, struct error *error)
{
	_cleanup_free_ char *before = NULL, *after = NULL;
	int r = read_text(arguments[1], &before, error);

	if (r == 0)
		r = read_text(arguments[2], &after, error);
	return r < 0 ? r : vm_define(host, arguments[0], before, after, ret, error);
}

static int edit(struct host *host, char **arguments, char **ret, struct error *error)
{
	_cleanup_free_ char *xml = NULL;
	struct vm_addition additions[8] = { 0 };
	size_t count = 0;
	int r = read_text(arguments[0], &xml, error);

	(void)host;
	while (count < ARRAY_SIZE(additions) && arguments[count + 1]) {
		pci_address_parse(arguments[count + 1], &additions[count].source);
		additions[count].rom_off = count > 0;
		count++;
	}
	return r < 0 ? r : vm_definition_edit(xml, additions, count, ret, error);
}

static int widen(struct host *host, char **arguments, char **ret, struct error *error)
{
	_cleanup_free_ char *xml = NULL;
	int r = read_text(arguments[0], &xml, error);

	(void)host;
	return r < 0 ? r
		     : vm_definition_widen(xml, (unsigned)strtoul(arguments[1], NULL, 10), ret,
					   error);
}

static int start(struct host *host, char **arguments, char **ret, struct error *error)
{
	(void)ret;
	return vm_start(host, arguments[0], error);
}

static int shut_down(struct host *host, char **arguments, char **ret, struct error *error)
{
	(void)ret;
	return vm_shut_down(host, arguments[0], (unsigned)strtoul(arguments[1], NULL, 10), error);
}

static int resume(struct host *host, char **arguments, char **ret, struct error *error)
{
	(void)ret;
	return vm_resume(host, arguments[0], error);
}

static const struct {
	const char *name;
	int arguments; /* at least */
	int (*run)(struct host *host, char **arguments, char **ret, struct error *error);
} commands[] = {
	{ "text", 1, text },   { "define", 3, define },      { "edit", 1, edit },
	{ "start", 1, start }, { "shutdown", 2, shut_down }, { "resume", 1, resume },
	{ "widen", 2, widen },
};

int main(int count, char **arguments)
{
	_cleanup_free_ char *answer = NULL;
	struct error error = { 0 };
	struct host *host;
	int r = -1;

	if (count < 4 || host_open(*arguments[1] ? arguments[1] : NULL, &host, &error) < 0)
		return 2;
	vms_connect(host, *arguments[2] ? arguments[2] : NULL);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(arguments[3], commands[i].name) && count - 4 >= commands[i].arguments)
			r = commands[i].run(host, arguments + 4, &answer, &error);
	host_close(host);
	if (r < 0)
		printf("%d %s", r, error.text);
	else if (answer)
		fputs(answer, stdout);
	return r < 0;
}
