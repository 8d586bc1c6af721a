/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing the record of a host: gather, scrub, put down. */
#include "recording/recording.h"

#include "base/alloc.h"
#include "host/state.h"
#include "recording/answers.h"
#include "recording/collection.h"
#include "recording/folder.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Virtual machines keep their names: reports name them. */
static void keep_vm_names(struct host *host, struct scrub *scrub)
{
	const struct vms *vms;

	if (vms_read(host, &vms, NULL) < 0)
		return;
	for (size_t i = 0; i < vms->count; i++)
		scrub_keep(scrub, vms->items[i].name);
}

/* Whether a line of etc/hosts has a name that became the host's. */
static bool is_of_host(struct scrub *scrub, const char *line, size_t length)
{
	size_t size;
	_cleanup_free_ char *clean = scrub_text(scrub, line, length, &size);

	return starts_with(line, "127.0.1.1") || size != length || memcmp(clean, line, length) != 0;
}

/* "127.0.1.1 tower.example.org tower": the domain stands nowhere else. */
static void know_hosts(struct scrub *scrub, const char *text)
{
	const char *line, *word;
	size_t length, size;

	while (next_line(&text, &line, &length)) {
		const char *at = line;

		if (!is_of_host(scrub, line, length))
			continue;
		while (next_word(&at, line + length, &word, &size) && *word != '#') {
			_cleanup_free_ char *name = xstrndup(word, size);

			if (strchr(name, '.') && strspn(name, "0123456789.") != size)
				scrub_host_name(scrub, name);
		}
	}
}

/* What a file of the table of identities says. */
static void know(struct scrub *scrub, enum identity identity, char *text)
{
	if (identity == IDENTITY_HOSTS) {
		know_hosts(scrub, text);
		return;
	}
	text[strcspn(text, "\n")] = '\0';
	for (size_t length = strlen(text); length && isspace((unsigned char)text[length - 1]);)
		text[--length] = '\0';
	switch (identity) {
	case IDENTITY_MAC:
		scrub_learn(scrub, text, strlen(text));
		break;
	case IDENTITY_HOST:
		scrub_host_name(scrub, text);
		break;
	case IDENTITY_HOSTS:
		break;
	case IDENTITY_SERIAL:
		scrub_serial(scrub, text);
		break;
	}
}

static void know_identities(struct host *host, struct collection *collection)
{
	keep_vm_names(host, collection->scrub);
	if (host_is_live(host))
		scrub_host_name(collection->scrub, host_name(host));
	for (size_t i = 0; i < identity_source_count; i++) {
		_cleanup_strings_ struct strings paths = { 0 };

		collection_expand(collection, identity_sources[i].path, &paths);
		for (size_t k = 0; k < paths.count; k++) {
			_cleanup_free_ char *text = NULL;

			if (root_read_text(host->root, paths.items[k], LIMIT_NUMBER, &text, NULL) ==
			    0)
				know(collection->scrub, identity_sources[i].identity, text);
		}
	}
	/* What cannot be listed there is no part of the record. */
	unreadables_free(&collection->unreadables);
}

/* The modules of an index that ask for functions of this host. */
static void know_modules(struct recorded_devices *devices, const char *text, size_t length)
{
	size_t size;
	_cleanup_free_ char *kept = reduce_aliases(devices, text, length, &size);
	const char *cursor = kept, *line;

	while (next_line(&cursor, &line, &length)) {
		const char *blank = memrchr(line, ' ', length);
		_cleanup_free_ char *name = NULL;

		if (!blank)
			continue;
		name = xstrndup(blank + 1, (size_t)(line + length - blank - 1));
		strings_add_once(&devices->modules, name);
	}
}

static void know_devices(struct host *host, struct collection *collection)
{
	struct recorded_devices *devices = &collection->devices;
	_cleanup_strings_ struct strings functions = { 0 }, indexes = { 0 };

	collection_expand(collection, "sys/bus/pci/devices/*/modalias", &functions);
	for (size_t i = 0; i < functions.count; i++) {
		_cleanup_free_ char *text = NULL;

		if (root_read_text(host->root, functions.items[i], LIMIT_NUMBER, &text, NULL) < 0)
			continue;
		text[strcspn(text, "\n")] = '\0';
		strings_add_once(&devices->modaliases, text);
	}
	collection_expand(collection, "lib/modules/*/modules.alias", &indexes);
	for (size_t i = 0; i < indexes.count; i++) {
		_cleanup_free_ char *text = NULL;
		size_t length;

		if (root_read(host->root, indexes.items[i], LIMIT_LARGE, &text, &length, NULL) == 0)
			know_modules(devices, text, length);
	}
}

static void collect(struct host *host, struct collection *collection)
{
	know_identities(host, collection);
	know_devices(host, collection);
	answers_collect(host, collection);
	for (size_t i = 0; i < recorded_count; i++)
		if (!recorded_contents[i].of_libvirt || !answers_ask_libvirt(host))
			collection_walk(collection, &recorded_contents[i]);
}

/* A path is scrubbed too, but for the kernel's own: there the host has no word. */
static char *scrub_path(struct scrub *scrub, const char *place)
{
	_cleanup_free_ char *whole = xasprintf("/%s", place), *clean = NULL;
	size_t length;

	if (starts_with(place, "sys/") || starts_with(place, "proc/"))
		return xstrdup(place);
	clean = scrub_text(scrub, whole, strlen(whole), &length);
	return xstrdup(clean + 1);
}

static char *scrub_target(struct scrub *scrub, const struct piece *piece)
{
	size_t length;

	if (starts_with(piece->place, "sys/") || starts_with(piece->place, "proc/"))
		return xstrdup(piece->text);
	return scrub_text(scrub, piece->text, piece->length, &length);
}

/* Each text in it, the keys as they are. */
static json_t *scrub_json(struct scrub *scrub, json_t *value)
{
	json_t *item;
	const char *key;
	size_t at, length;

	if (json_is_string(value)) {
		_cleanup_free_ char *text = scrub_text(scrub, json_string_value(value),
						       json_string_length(value), &length);

		return json_stringn(text, length);
	}
	if (json_is_array(value)) {
		json_array_foreach(value, at, item)
			json_array_set_new(value, at, scrub_json(scrub, item));
	} else if (json_is_object(value)) {
		json_object_foreach(value, key, item)
			json_object_set_new(value, key, scrub_json(scrub, item));
	}
	return json_incref(value);
}

static char *scrub_json_text(struct scrub *scrub, const char *text, size_t length,
			     size_t *ret_length)
{
	json_t *value = json_loadb(text, length, 0, NULL), *clean = scrub_json(scrub, value);
	_cleanup_free_ char *dumped = json_dumps(clean, JSON_INDENT(1));
	char *result = xasprintf("%s\n", dumped);

	json_decref(clean);
	json_decref(value);
	*ret_length = strlen(result);
	return result;
}

/* A firmware variable: four bytes of attributes, then UTF-16 of which the loader's words are ASCII.
 */
static char *scrub_utf16(struct scrub *scrub, const char *bytes, size_t length, size_t *ret_length)
{
	const size_t head = length < 4 ? length : 4;
	_cleanup_free_ char *narrow = xcalloc(length + 1, 1), *clean = NULL;
	size_t count = 0, clean_length;
	char *result;
	FILE *out;

	for (size_t i = head; i + 1 < length; i += 2)
		narrow[count++] = bytes[i + 1] ? '?' : bytes[i];
	clean = scrub_text(scrub, narrow, count, &clean_length);
	out = xmemstream(&result, ret_length);
	fwrite(bytes, 1, head, out);
	for (size_t i = 0; i < clean_length; i++)
		fprintf(out, "%c%c", clean[i], 0);
	fclose(out);
	return result;
}

static int put_file(struct scrub *scrub, const struct folder *folder, const struct piece *piece,
		    const char *place, struct error *error)
{
	_cleanup_free_ char *clean = NULL;
	size_t length = piece->length;

	switch (piece->content) {
	case PIECE_WORDS:
		clean = scrub_text(scrub, piece->text, piece->length, &length);
		break;
	case PIECE_UTF16:
		clean = scrub_utf16(scrub, piece->text, piece->length, &length);
		break;
	case PIECE_JSON:
		clean = scrub_json_text(scrub, piece->text, piece->length, &length);
		break;
	case PIECE_PLAIN:
		break;
	}
	return folder_put(folder, place, clean ? clean : piece->text, length, error);
}

static int put_piece(struct collection *collection, const struct piece *piece,
		     const struct folder *folder, struct recording *recording, struct error *error)
{
	_cleanup_free_ char *place = scrub_path(collection->scrub, piece->place), *target = NULL;

	switch (piece->kind) {
	case PIECE_LINK:
		recording->links++;
		target = scrub_target(collection->scrub, piece);
		return folder_link(folder, place, target, error);
	case PIECE_FOLDER:
		recording->folders++;
		return folder_make(folder, place, error);
	default:
		recording->files++;
		return put_file(collection->scrub, folder, piece, place, error);
	}
}

static int put_unreadables(struct collection *collection, const struct folder *folder,
			   struct recording *recording, struct error *error)
{
	struct unreadables clean = { .whole = root_is_whole(collection->root) };
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < collection->unreadables.count; i++) {
		const struct unreadable *one = &collection->unreadables.items[i];
		_cleanup_free_ char *path = scrub_path(collection->scrub, one->path), *words = NULL;
		struct error why;
		size_t length;

		words = scrub_text(collection->scrub, one->text, strlen(one->text), &length);
		error_set(&why, one->code, "%s", words);
		unreadables_add(&clean, path, &why, one->there);
		strings_add(&recording->unreadable, one->text);
	}
	if (!clean.count && !clean.whole)
		return 0;
	text = unreadables_text(&clean);
	unreadables_free(&clean);
	recording->files++;
	return folder_put(folder, RECORD_OF_RECORD, text, strlen(text), error);
}

static int put_all(struct collection *collection, const struct folder *folder,
		   struct recording *recording, struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < collection->count; i++)
		r = put_piece(collection, &collection->pieces[i], folder, recording, error);
	return r < 0 ? r : put_unreadables(collection, folder, recording, error);
}

int recording_write(struct host *host, const char *path, struct recording *ret, struct error *error)
{
	struct recording recording = { 0 };
	struct collection collection;
	struct folder folder;
	int r = folder_begin(path, &folder, error);

	if (r < 0)
		return r;
	collection_begin(&collection, host_root(host));
	collect(host, &collection);
	r = put_all(&collection, &folder, &recording, error);
	if (r == 0)
		r = folder_finish(&folder, error);
	collection_free(&collection);
	folder_end(&folder);
	if (r < 0)
		recording_free(&recording);
	else
		*ret = recording;
	return r;
}

void recording_free(struct recording *recording)
{
	strings_free(&recording->unreadable);
}
