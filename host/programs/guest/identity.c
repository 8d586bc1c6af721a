/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose keys and known_hosts are used. */
#include "host/programs/guest/identity.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

int become_caller(struct error *error)
{
	const char *text = getenv("SUDO_UID");
	unsigned long uid;
	struct passwd *user;
	char *end;

	if (geteuid() != 0 || !text || !*text)
		return 0;
	errno = 0;
	uid = strtoul(text, &end, 10);
	user = errno || *end ? NULL : getpwuid((uid_t)uid);
	if (!user)
		return error_set(error, EINVAL, "SUDO_UID=%s is no user of this host", text);
	if (user->pw_uid == 0)
		return 0;
	if (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
	    setuid(user->pw_uid) < 0)
		return error_set_errno(error, errno, "becoming %s", user->pw_name);
	setenv("HOME", user->pw_dir, 1);
	setenv("USER", user->pw_name, 1);
	setenv("LOGNAME", user->pw_name, 1);
	return 0;
}
