/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process gets from whoever starts it, put in order before anything else is done. */
#include "base/inherited.h"

#include "base/alloc.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_UNUSABLE = 2 }; /* as usage: there is nowhere to say why */

/*
 * libvirt, libssh, OpenSSL, glibc and the shell scripts that --fix starts heed variables by the
 * dozen that name files to load, to run or to write (LIBVIRT_LOG_OUTPUTS, SHELL, OPENSSL_CONF):
 * what is not known to be harmless goes.
 */
static const struct {
	const char *name;
	const char *value; /* the only one that it may have; NULL: any */
} kept[] = {
	{ "COLUMNS", NULL },
	{ "LANG", NULL },
	{ "LC_ALL", NULL },
	{ "LC_CTYPE", NULL },
	{ "NO_COLOR", NULL },
	{ "SOURCE_DATE_EPOCH", NULL },
	{ "SSH_AUTH_SOCK", NULL },
	{ "SUDO_UID", NULL },
	{ "TERM", NULL },
	/* Where root's own session has the socket of qemu:///session. */
	{ "XDG_RUNTIME_DIR", "/run/user/0" },
#ifdef __SANITIZE_ADDRESS__
	{ "ASAN_OPTIONS", NULL },
	{ "UBSAN_OPTIONS", NULL },
#endif
};

static char *const own[] = {
	(char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" },
	(char[]){ "HOME=/root" },
};

static bool is_kept(const char *variable)
{
	const size_t length = strcspn(variable, "=");

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (strlen(kept[i].name) == length && !strncmp(variable, kept[i].name, length) &&
		    (!kept[i].value ||
		     (variable[length] && !strcmp(variable + length + 1, kept[i].value))))
			return true;
	return false;
}

static void settle_environment(void)
{
	/* A variable that stands there twice may push another out, which is nobody's loss. */
	static char *clean[ARRAY_SIZE(own) + ARRAY_SIZE(kept) + 1];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		clean[count++] = own[i];
	for (char **at = environ; at && *at && count < ARRAY_SIZE(clean) - 1; at++)
		if (is_kept(*at))
			clean[count++] = *at;
	environ = clean;
}

/* As glibc does it for programs that are setuid (csu/check_fds.c). */
static void settle_descriptors(void)
{
	struct pollfd polls[] = { { .fd = STDIN_FILENO },
				  { .fd = STDOUT_FILENO },
				  { .fd = STDERR_FILENO } };

	if (poll(polls, ARRAY_SIZE(polls), 0) <= 0)
		return;
	/*
	 * The lowest free number is this one, and the number stays taken in children too. A folder
	 * can be neither read nor written, and this one is there where /dev/null is not.
	 */
	for (size_t i = 0; i < ARRAY_SIZE(polls); i++)
		if (polls[i].revents & POLLNVAL && open("/", O_RDONLY | O_DIRECTORY) < 0)
			_exit(STATUS_UNUSABLE);
}

void inherited_settle(void)
{
	settle_descriptors();
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	if (geteuid() == 0)
		settle_environment();
}
