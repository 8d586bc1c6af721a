/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process gets from whoever starts it, put in order before anything else is done. */
#ifndef GPUCHECK_BASE_INHERITED_H
#define GPUCHECK_BASE_INHERITED_H

/*
 * Standard descriptors that are closed are opened, each so that what it is for fails: no file that
 * is opened later gets their numbers, and with them our messages. A write beyond RLIMIT_FSIZE is an
 * error and no death; children can be waited for. As root only those variables of the environment
 * stay that say how a report looks and whose SSH keys count; PATH and HOME are root's own.
 */
void inherited_settle(void);

#endif
