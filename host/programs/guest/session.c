/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An SSH session to a guest (libssh's tutorial, chapters 1 to 3). */
#include "host/programs/guest/session.h"

#include "base/alloc.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	STEP_SECONDS = 8,   /* for connecting, and for each answer after that */
	OUTPUT_SECONDS = 8, /* without a byte of the answer */
	SLICE_MS = 200,
};

static void fail(struct conversation *talk, enum step step, char *text, char *command)
{
	talk->step = step;
	talk->text = text;
	talk->command = command;
}

/* "-p 2222 user@host", as the ssh program takes it. */
static char *ssh_words(ssh_session session, const char *host)
{
	char *user = NULL;
	unsigned port = 22;
	char *words;

	ssh_options_get(session, SSH_OPTIONS_USER, &user);
	ssh_options_get_port(session, &port);
	words = port == 22 ? xasprintf("%s@%s", user ? user : "", host)
			   : xasprintf("-p %u %s@%s", port, user ? user : "", host);
	ssh_string_free_char(user);
	return words;
}

static char *fingerprint(ssh_session session)
{
	unsigned char *hash = NULL;
	char *text = NULL, *copy;
	ssh_key key = NULL;
	size_t length;

	if (ssh_get_server_publickey(session, &key) == SSH_OK &&
	    ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &length) == SSH_OK)
		text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length);
	copy = xasprintf("%s %s", key ? ssh_key_type_to_char(ssh_key_type(key)) : "?",
			 text ? text : "?");
	ssh_string_free_char(text);
	ssh_clean_pubkey_hash(&hash);
	ssh_key_free(key);
	return copy;
}

/* How known_hosts names the host that ~/.ssh/config leads to: with its port when that is not 22. */
static char *known_name(ssh_session session, const char *host)
{
	char *real = NULL, *name;
	unsigned port = 22;

	ssh_options_get_port(session, &port);
	if (ssh_options_get(session, SSH_OPTIONS_HOST, &real) == SSH_OK && real)
		host = real;
	name = port == 22 ? xstrdup(host) : xasprintf("[%s]:%u", host, port);
	ssh_string_free_char(real);
	return name;
}

static bool verify_host_key(ssh_session session, const char *host, struct conversation *talk)
{
	enum ssh_known_hosts_e state = ssh_session_is_known_server(session);
	_cleanup_free_ char *key = NULL, *name = NULL, *words = NULL;

	if (state == SSH_KNOWN_HOSTS_OK)
		return true;
	key = fingerprint(session);
	name = known_name(session, host);
	words = ssh_words(session, host);
	if (state == SSH_KNOWN_HOSTS_CHANGED || state == SSH_KNOWN_HOSTS_OTHER)
		fail(talk, STEP_HOST_KEY_CHANGED,
		     xasprintf("the guest's host key is not the one in known_hosts (it shows %s): "
			       "either it was installed anew, or something else answers there",
			       key),
		     xasprintf("ssh-keygen -R '%s' && ssh %s true", name, words));
	else if (state == SSH_KNOWN_HOSTS_ERROR)
		fail(talk, STEP_HOST_KEY_UNKNOWN,
		     xasprintf("known_hosts cannot be read: %s", ssh_get_error(session)), NULL);
	else
		fail(talk, STEP_HOST_KEY_UNKNOWN,
		     xasprintf("the guest's host key (%s) is not in known_hosts", key),
		     xasprintf("ssh %s true", words));
	return false;
}

/* Nobody is asked for anything: a key with a passphrase counts only when an agent holds it. */
static bool log_in(ssh_session session, const char *host, struct conversation *talk)
{
	_cleanup_free_ char *words = NULL;
	int r = ssh_userauth_none(session, NULL);

	if (r == SSH_AUTH_DENIED || r == SSH_AUTH_PARTIAL)
		r = ssh_userauth_publickey_auto(session, NULL, NULL);
	if (r == SSH_AUTH_SUCCESS)
		return true;
	words = ssh_words(session, host);
	if (r == SSH_AUTH_DENIED || r == SSH_AUTH_PARTIAL)
		fail(talk, STEP_LOGIN_REFUSED,
		     xasprintf("the guest takes none of the keys of the agent and of ~/.ssh"),
		     xasprintf("ssh-copy-id %s", words));
	else
		fail(talk, STEP_UNREACHABLE,
		     xasprintf("logging in broke off: %s", ssh_get_error(session)), NULL);
	return false;
}

/* What came on standard error is no data, but unread it would fill memory and hide the end. */
static size_t drop_errors(ssh_channel channel)
{
	char text[4096];
	size_t dropped = 0;
	int got;

	while ((got = ssh_channel_read_nonblocking(channel, text, sizeof(text), 1)) > 0)
		dropped += (size_t)got;
	return dropped;
}

/* One slice of standard output: bytes read, 0 when none came, negative when the session broke. */
static int read_slice(ssh_channel channel, size_t *room, struct conversation *talk)
{
	int got;

	if (talk->length + 1 >= *room) {
		*room *= 2;
		talk->output = xreallocarray(talk->output, *room, 1);
	}
	got = ssh_channel_read_timeout(channel, talk->output + talk->length,
				       (uint32_t)(*room - talk->length - 1), 0, SLICE_MS);
	if (got > 0)
		talk->length += (size_t)got;
	return got == SSH_AGAIN ? 0 : got;
}

static bool read_output(ssh_channel channel, size_t limit, struct conversation *talk)
{
	size_t room = 1 << 16, dropped = 0;
	time_t last = time(NULL);

	talk->output = xcalloc(room, 1);
	for (;;) {
		int got = read_slice(channel, &room, talk);

		if (got < 0)
			return false;
		dropped += drop_errors(channel);
		if (talk->length + dropped > limit) {
			talk->text = xasprintf("the guest answers more than %zu bytes", limit);
			return false;
		}
		if (got == 0 && ssh_channel_is_eof(channel))
			break;
		if (got > 0)
			last = time(NULL);
		if (time(NULL) - last > OUTPUT_SECONDS) {
			talk->text = xstrdup("the guest's answer stops coming");
			return false;
		}
	}
	talk->output[talk->length] = '\0';
	return true;
}

static void run_command(ssh_session session, const char *command, size_t limit,
			struct conversation *talk)
{
	ssh_channel channel = ssh_channel_new(session);

	talk->step = STEP_BROKEN;
	if (channel && ssh_channel_open_session(channel) == SSH_OK &&
	    ssh_channel_request_exec(channel, command) == SSH_OK &&
	    read_output(channel, limit, talk))
		talk->step = STEP_DONE;
	else if (!talk->text)
		talk->text = xasprintf("running a command in the guest broke off: %s",
				       ssh_get_error(session));
	if (channel)
		ssh_channel_free(channel);
}

static bool set_up(ssh_session session, const struct destination *destination)
{
	long seconds = STEP_SECONDS;

	return ssh_options_set(session, SSH_OPTIONS_HOST, destination->host) == 0 &&
	       (!destination->user ||
		ssh_options_set(session, SSH_OPTIONS_USER, destination->user) == 0) &&
	       (!destination->port ||
		ssh_options_set(session, SSH_OPTIONS_PORT, &destination->port) == 0) &&
	       ssh_options_parse_config(session, NULL) == 0 &&
	       ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &seconds) == 0;
}

static char *target_of(ssh_session session, const char *host)
{
	_cleanup_free_ char *name = known_name(session, host);
	char *user = NULL, *target;

	ssh_options_get(session, SSH_OPTIONS_USER, &user);
	target = xasprintf("%s@%s", user ? user : "?", name);
	ssh_string_free_char(user);
	return target;
}

void get_ready_to_converse(void)
{
	unsigned char byte;

	/* OpenSSL looks for its algorithms when the first is wanted. */
	ssh_get_random(&byte, sizeof(byte), 0);
	getpwuid(getuid());
}

void converse(const struct destination *destination, const char *command, size_t limit,
	      struct conversation *ret)
{
	ssh_session session = ssh_new();

	*ret = (struct conversation){ .step = STEP_UNREACHABLE };
	if (!session || !set_up(session, destination)) {
		ret->text = xasprintf("%s: %s", destination->host,
				      session ? ssh_get_error(session) : "no SSH session");
		ret->target = xstrdup(destination->host);
	} else if (ssh_connect(session) != SSH_OK) {
		ret->text = xstrdup(ssh_get_error(session));
		ret->target = target_of(session, destination->host);
	} else {
		ret->target = target_of(session, destination->host);
		if (verify_host_key(session, destination->host, ret) &&
		    log_in(session, destination->host, ret))
			run_command(session, command, limit, ret);
		ssh_disconnect(session);
	}
	ssh_free(session);
}

void conversation_free(struct conversation *conversation)
{
	free(conversation->text);
	free(conversation->command);
	free(conversation->target);
	free(conversation->output);
	*conversation = (struct conversation){ 0 };
}
