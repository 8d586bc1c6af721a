/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record as record.json holds it. */
#include "plan/record_json.h"

#include "base/alloc.h"
#include "base/json_budget.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* False when an item is not UTF-8. */
static bool add_list(json_t *object, const char *key, const struct strings *list)
{
	json_t *array = json_array();
	bool good = true;

	for (size_t i = 0; i < list->count; i++)
		good &= json_array_append_new(array, json_string(list->items[i])) == 0;
	json_object_set_new(object, key, array);
	return good;
}

static bool add_files(json_t *object, const struct record *record)
{
	json_t *files = json_array();
	bool good = true;

	for (size_t i = 0; i < record->file_count; i++)
		good &= json_array_append_new(files,
					      json_pack("{s:s, s:b}", "path", record->files[i].path,
							"existed", record->files[i].existed)) == 0;
	json_object_set_new(object, "files", files);
	return good;
}

static bool add_commands(json_t *object, const struct record *record)
{
	json_t *commands = json_array();
	bool good = true;

	for (size_t i = 0; i < record->command_count; i++) {
		json_t *one = json_object();

		good &= add_list(one, "words", &record->commands[i].words);
		json_object_set_new(one, "seconds", json_integer(record->commands[i].seconds));
		json_array_append_new(commands, one);
	}
	json_object_set_new(object, "commands", commands);
	return good;
}

char *record_to_json(const struct record *record)
{
	json_t *object = json_object();
	char *text = NULL;

	json_object_set_new(object, "time", json_integer(record->time));
	if (add_list(object, "steps", &record->steps) &&
	    add_list(object, "folders", &record->folders) && add_files(object, record) &&
	    add_list(object, "vms", &record->vms) && add_commands(object, record))
		text = json_dumps(object, JSON_INDENT(2));
	json_decref(object);
	return text;
}

static bool read_list(const json_t *array, struct strings *ret)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (!text)
			return false;
		strings_add(ret, text);
	}
	return json_is_array(array);
}

static bool read_files(const json_t *array, struct record *record)
{
	record->files = xcalloc(json_array_size(array), sizeof(*record->files));
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *one = json_array_get(array, i);
		const char *path = json_string_value(json_object_get(one, "path"));
		const json_t *existed = json_object_get(one, "existed");

		if (!path || !json_is_boolean(existed))
			return false;
		record->files[record->file_count++] = (struct recorded_file){
			.path = xstrdup(path),
			.existed = json_is_true(existed),
		};
	}
	return json_is_array(array);
}

static bool read_commands(const json_t *array, struct record *record)
{
	record->commands = xcalloc(json_array_size(array), sizeof(*record->commands));
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *one = json_array_get(array, i);
		struct command *command = &record->commands[record->command_count++];
		long long seconds = json_integer_value(json_object_get(one, "seconds"));

		if (!read_list(json_object_get(one, "words"), &command->words) ||
		    !command->words.count || seconds <= 0 || seconds > UINT_MAX)
			return false;
		command->seconds = (unsigned)seconds;
	}
	return json_is_array(array);
}

int record_from_json(const char *text, struct record *record, struct error *error)
{
	json_t *object;
	bool good;

	if (json_parse_within(text, strlen(text), JSON_MEMORY, &object, error) < 0)
		return error_wrap(error, "record.json");
	record->time = (time_t)json_integer_value(json_object_get(object, "time"));
	good = read_list(json_object_get(object, "steps"), &record->steps) &&
	       read_list(json_object_get(object, "folders"), &record->folders) &&
	       read_list(json_object_get(object, "vms"), &record->vms) &&
	       read_files(json_object_get(object, "files"), record) &&
	       read_commands(json_object_get(object, "commands"), record);
	json_decref(object);
	return good ? 0 : error_set(error, EINVAL, "record.json: not as gpucheck writes it");
}
