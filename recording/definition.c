/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Of a domain's definition the elements that checks read; of the others neither tag nor text.
 *
 * It goes by the text and not by a parser's tree: what is kept stays as it was written, and one
 * that is not well-formed is cut where it stops being so, which leaves it as broken as it was.
 */
#include "base/alloc.h"
#include "recording/reduce.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Below <domain>; "*" is any one element, and what ends with a slash keeps all that is within. */
static const char *const kept[] = {
	"name",
	"uuid",
	"memory",
	"currentMemory",
	"maxMemory",
	"vcpu",
	"memoryBacking/",
	"memtune/",
	"numatune/",
	"cpu/",
	"os",
	"os/type",
	"os/loader",
	"os/firmware/",
	"devices",
	"devices/*",
	"devices/*/address",
	"devices/controller/",
	"devices/hostdev/driver",
	"devices/hostdev/source",
	"devices/hostdev/source/address",
	"devices/hostdev/alias",
	"devices/hostdev/rom",
	"devices/interface/source",
	"devices/interface/source/address",
	"devices/video/",
	"qemu:commandline",
	"qemu:commandline/qemu:arg",
};

/* Arguments for QEMU that checks know, by a word in them; of others the place is kept. */
static const char *const known_arguments[] = {
	"vfio-pci",
	"phys-bits",
	"PciMmio64",
	"pflash",
};
static const char *const known_options[] = {
	"-device", "-cpu", "-global", "-fw_cfg", "-bios", "-machine", "-M",
};

/*
 * Of these only the attributes below: a <graphics> has its password among its own, an <interface>'s
 * <source> the network's name beside the card's address, a SCSI <hostdev>'s the target's, and a
 * <rom> its file's path.
 */
static const char *const mostly_dropped[] = {
	"devices/*",
	"devices/*/source",
	"devices/hostdev/rom",
};
static const char *const whole[] = { "devices/controller", "devices/hostdev", "devices/video" };
static const char *const attributes[] = { "type",    "index", "model",  "mode",
					  "managed", "bar",   "enabled" };

struct tag {
	const char *name;
	size_t length;
	const char *end; /* behind the '>' */
	bool closes, alone;
};

struct cut {
	FILE *out;
	struct strings path; /* of the open elements */
	const char *blanks;  /* before the next tag, not written yet */
	size_t dropped;      /* how deep in an element that is left out */
	bool broken;
};

/* "domain/devices/hostdev", without the <domstatus> that a running one's stands in. */
static char *path_of(const struct strings *path)
{
	size_t first = path->count && !strcmp(path->items[0], "domstatus");
	const struct strings inner = { .items = path->items + first, .count = path->count - first };

	return strings_join(&inner, "/");
}

static bool fits(const char *pattern, const char *path)
{
	while (*pattern && *path) {
		if (*pattern == '*') {
			path += strcspn(path, "/");
			pattern++;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	/* "cpu/" fits "cpu" too, and all below. */
	return *pattern ? !strcmp(pattern, "/") && !*path : !*path || pattern[-1] == '/';
}

static bool is_one_of(const char *const patterns[], size_t count, const char *path)
{
	static const char domain[] = "domain/";

	for (size_t i = 0; starts_with(path, domain) && i < count; i++)
		if (fits(patterns[i], path + sizeof(domain) - 1))
			return true;
	return false;
}

static bool is_kept(const struct strings *elements)
{
	_cleanup_free_ char *path = path_of(elements);

	return !*path || !strcmp(path, "domain") || is_one_of(kept, ARRAY_SIZE(kept), path);
}

static bool is_name_byte(char byte)
{
	return byte && (isalnum((unsigned char)byte) || strchr(":_.-", byte));
}

/* The tag at a '<'; false where this is none, or it does not end. */
static bool read_tag(const char *at, struct tag *ret)
{
	struct tag tag = { .name = at + 1 };
	char quote = '\0';

	tag.closes = *tag.name == '/';
	tag.name += tag.closes;
	while (is_name_byte(tag.name[tag.length]))
		tag.length++;
	if (!tag.length)
		return false;
	for (at = tag.name + tag.length; *at && (quote || *at != '>'); at++) {
		if (quote)
			quote = *at == quote ? '\0' : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else if (*at == '<')
			return false;
	}
	if (!*at)
		return false;
	tag.alone = at[-1] == '/';
	tag.end = at + 1;
	*ret = tag;
	return true;
}

/* Comments, processing instructions and CDATA: their end, NULL for none of them. */
static const char *behind_other(const char *at)
{
	static const struct {
		const char *begin, *end;
	} others[] = { { "<!--", "-->" }, { "<?", "?>" }, { "<![CDATA[", "]]>" } };

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		const char *end = starts_with(at, others[i].begin) ? strstr(at, others[i].end)
								   : NULL;

		if (end)
			return end + strlen(others[i].end);
	}
	return NULL;
}

static bool is_known_argument(const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_options); i++)
		if (!strcmp(value, known_options[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(known_arguments); i++)
		if (strstr(value, known_arguments[i]))
			return true;
	return false;
}

/* <qemu:arg value='…'/>, with a value that is no known one left empty. */
static void write_argument(struct cut *cut, const char *at, const struct tag *tag)
{
	static const char key[] = "value=";
	_cleanup_free_ char *text = xstrndup(at, (size_t)(tag->end - at)), *value = NULL;
	char *start = strstr(text, key), *end;

	start = start ? start + sizeof(key) - 1 : NULL;
	end = start && *start ? strchr(start + 1, *start) : NULL;
	if (end)
		value = xstrndup(start + 1, (size_t)(end - start - 1));
	if (!value || is_known_argument(value))
		fputs(text, cut->out);
	else
		fprintf(cut->out, "%.*s%s", (int)(start + 1 - text), text, end);
}

/* The tag with the attributes that are read. */
static void write_few(struct cut *cut, const struct tag *tag)
{
	const char *at = tag->name + tag->length;

	fprintf(cut->out, "<%.*s", (int)tag->length, tag->name);
	while (at < tag->end) {
		const char *name = at + strspn(at, " \t\r\n"), *quote, *end;
		size_t length = strcspn(name, "= \t\r\n/>");

		quote = name + length + strspn(name + length, "= \t\r\n");
		if (!length || quote >= tag->end || (*quote != '\'' && *quote != '"'))
			break;
		end = strchr(quote + 1, *quote);
		for (size_t i = 0; end && i < ARRAY_SIZE(attributes); i++)
			if (length == strlen(attributes[i]) && !memcmp(name, attributes[i], length))
				fprintf(cut->out, " %.*s", (int)(end + 1 - name), name);
		at = end ? end + 1 : tag->end;
	}
	fputs(tag->alone ? "/>" : ">", cut->out);
}

static void write_tag(struct cut *cut, const char *at, const struct tag *tag)
{
	_cleanup_free_ char *path = path_of(&cut->path);

	fwrite(cut->blanks, 1, (size_t)(at - cut->blanks), cut->out);
	cut->blanks = tag->end;
	if (!tag->closes && is_one_of(mostly_dropped, ARRAY_SIZE(mostly_dropped), path) &&
	    !is_one_of(whole, ARRAY_SIZE(whole), path))
		write_few(cut, tag);
	else if (!tag->closes && ends_with(path, "/qemu:arg"))
		write_argument(cut, at, tag);
	else
		fwrite(at, 1, (size_t)(tag->end - at), cut->out);
}

static void pop(struct strings *path)
{
	free(path->items[--path->count]);
}

/* What stands between a dropped element and the tag before it goes with it. */
static void take_tag(struct cut *cut, const char *at, const struct tag *tag)
{
	_cleanup_free_ char *name = xstrndup(tag->name, tag->length);

	if (tag->closes &&
	    (!cut->path.count || strcmp(cut->path.items[cut->path.count - 1], name) != 0)) {
		cut->broken = true;
		return;
	}
	if (!tag->closes) {
		strings_add(&cut->path, name);
		if (cut->dropped || !is_kept(&cut->path))
			cut->dropped++;
	}
	if (cut->dropped)
		cut->blanks = tag->end;
	else
		write_tag(cut, at, tag);
	if (tag->closes || tag->alone) {
		pop(&cut->path);
		if (cut->dropped)
			cut->dropped--;
	}
}

char *reduce_definition(const struct recorded_devices *devices, const char *text, size_t length,
			size_t *ret_length)
{
	struct cut cut = { .blanks = text };
	struct tag tag;
	char *result;

	(void)devices;
	cut.out = xmemstream(&result, ret_length);
	while (!cut.broken && (text = strchr(text, '<'))) {
		const char *other = behind_other(text);

		if (other) {
			/* What a comment says is the owner's. */
			if (!cut.dropped && starts_with(text, "<?"))
				fwrite(cut.blanks, 1, (size_t)(other - cut.blanks), cut.out);
			cut.blanks = text = other;
			continue;
		}
		cut.broken = !read_tag(text, &tag);
		if (cut.broken)
			break;
		take_tag(&cut, text, &tag);
		text = tag.end;
	}
	/* What is open stays open, and is no definition then as it was none before. */
	if (cut.broken || cut.path.count)
		fputs("\n<", cut.out);
	else
		putc('\n', cut.out);
	fclose(cut.out);
	strings_free(&cut.path);
	(void)length;
	return result;
}
