/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#include "engine/options.h"

#include "base/alloc.h"
#include "base/nearest.h"
#include "engine/option_rules.h"
#include "engine/suggestion.h"
#include "host/vm/guests.h"
#include "probes/catalogue.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPTION_ROOT = 256,
	OPTION_STRICT,
	OPTION_COLOR,
	OPTION_LIST,
	OPTION_EXPLAIN,
	OPTION_TOPOLOGY,
	OPTION_VERSION,
	OPTION_WAIT,
	OPTION_CONFIG,
	OPTION_FIX,
	OPTION_UNDO,
	OPTION_MERGE,
	OPTION_RECORD,
	OPTION_ALLOW_DISRUPTION,
};

static const struct option long_options[] = {
	{ "gpu", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, 'm' },
	{ "guest", required_argument, NULL, 's' },
	{ "connect", required_argument, NULL, 'c' },
	{ "wait", required_argument, NULL, OPTION_WAIT },
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "fix", no_argument, NULL, OPTION_FIX },
	{ "undo", no_argument, NULL, OPTION_UNDO },
	{ "merge", no_argument, NULL, OPTION_MERGE },
	{ "record", required_argument, NULL, OPTION_RECORD },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "yes", no_argument, NULL, 'y' },
	{ "allow-disruption", no_argument, NULL, OPTION_ALLOW_DISRUPTION },
	{ "through", required_argument, NULL, 't' },
	{ "format", required_argument, NULL, 'f' },
	{ "output", required_argument, NULL, 'o' },
	{ "root", required_argument, NULL, OPTION_ROOT },
	{ "strict", no_argument, NULL, OPTION_STRICT },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "color", optional_argument, NULL, OPTION_COLOR },
	{ "list", no_argument, NULL, OPTION_LIST },
	{ "explain", no_argument, NULL, OPTION_EXPLAIN },
	{ "topology", no_argument, NULL, OPTION_TOPOLOGY },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ 0 },
};

const char options_help[] =
	"Usage: gpucheck [OPTION]... [CHECK]...\n"
	"       gpucheck --fix [OPTION]... [CHECK]...\n"
	"       gpucheck --undo [ID | list]\n"
	"       gpucheck --merge FILE...\n"
	"       gpucheck --record DIR [OPTION]...\n"
	"       gpucheck --topology [-v] [-g GPU]...\n"
	"       gpucheck --list | --explain CHECK\n"
	"\n"
	"Tells whether a GPU of this host will work inside a libvirt/KVM virtual machine,\n"
	"and which link of the chain is broken. CHECK is an id (iommu.enabled) or a stage\n"
	"(host iommu driver display vm guest); what a check needs is checked with it.\n"
	"\n"
	"  -g, --gpu GPU        the card: 0000:01:00.0, 01:00.0 or 10de:2504; repeatable\n"
	"  -m, --vm NAME        the VM; default: the one with the card, or the only one\n"
	"  -s, --guest [USER@]HOST[:PORT]\n"
	"                       where the guest's sshd is; default: as libvirt knows it\n"
	"  -c, --connect URI    libvirt; default: qemu:///system\n"
	"  -t, --through STAGE  stop after a stage\n"
	"  -f, --format FORMAT  text, tap, json, junit or prometheus; default: text on a\n"
	"                       terminal, else tap\n"
	"  -o, --output FILE    write the report there, whole or not at all\n"
	"      --root DIR       read the host's files below DIR: a recorded host\n"
	"      --wait SECONDS   keep trying what the VM and the guest fail\n"
	"      --config FILE    default: /etc/gpucheck.conf\n"
	"      --fix            show a plan for what fails, ask, apply it, check again\n"
	"      --undo [ID]      take back the last plan, or this one; list: show them\n"
	"      --merge FILE...  one report out of many hosts' JSON reports\n"
	"      --record DIR     write what the checks read of this host, without serial\n"
	"                       numbers, hardware addresses, host names and keys: --root\n"
	"                       DIR replays it\n"
	"  -n, --dry-run        with --fix or --undo: only show what would change\n"
	"  -y, --yes            with --fix: do not ask\n"
	"      --allow-disruption\n"
	"                       with --fix: also restart the VM, unbind a driver\n"
	"      --strict         a warning counts as a failure\n"
	"  -q, --quiet          text: only what warns, fails or is unknown\n"
	"  -v, --verbose        the evidence of every check\n"
	"      --color[=WHEN]   always, never or auto\n"
	"      --list           all checks\n"
	"      --explain CHECK  one check in full: meaning, evidence, remedy, pitfalls\n"
	"      --topology       the PCI tree around the card: groups, drivers, owners, and\n"
	"                       why it is not isolated; -v: all of the tree\n"
	"      --version\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 all that applies passed; 1 something failed; 2 usage, or nothing\n"
	"to check; 3 nothing failed, but something could not be measured.\n";

static int parse_color(const char *when, enum color *ret, struct error *error)
{
	if (!when || !strcmp(when, "always"))
		*ret = COLOR_ALWAYS;
	else if (!strcmp(when, "never"))
		*ret = COLOR_NEVER;
	else if (!strcmp(when, "auto"))
		*ret = COLOR_AUTO;
	else
		return error_set(error, EINVAL, "--color=%s: say always, never or auto", when);
	return 0;
}

static int parse_wait(const char *text, unsigned *ret, struct error *error)
{
	unsigned long seconds;
	char *end;

	errno = 0;
	seconds = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || seconds > 86400)
		return error_set(error, EINVAL, "--wait %s: not a number of seconds (0 to 86400)",
				 text);
	*ret = (unsigned)seconds;
	return 0;
}

static int parse_guest(const char *text, const char **ret, struct error *error)
{
	if (guest_destination_check(text, error) < 0)
		return error_wrap(error, "--guest");
	*ret = text;
	return 0;
}

static int parse_through(const char *text, struct options *options, struct error *error)
{
	options->has_through = stage_find(text, &options->through);
	if (!options->has_through) {
		_cleanup_free_ char *instead = suggest_stage(text);

		return error_set(error, EINVAL, "--through %.100s: no such stage; %s", text,
				 instead);
	}
	return 0;
}

/* Options that choose what is done; of several the last one counts. */
static bool set_mode(int option, struct options *options)
{
	static const struct {
		int option;
		enum mode mode;
	} modes[] = {
		{ OPTION_FIX, MODE_FIX },           { OPTION_UNDO, MODE_UNDO },
		{ OPTION_MERGE, MODE_MERGE },       { OPTION_LIST, MODE_LIST },
		{ OPTION_EXPLAIN, MODE_EXPLAIN },   { OPTION_VERSION, MODE_VERSION },
		{ OPTION_TOPOLOGY, MODE_TOPOLOGY }, { 'h', MODE_HELP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (modes[i].option != option)
			continue;
		options->mode = modes[i].mode;
		return true;
	}
	return false;
}

/* Where an option without an argument is kept; NULL for one that has one. */
static bool *flag_of(int option, struct options *options)
{
	switch (option) {
	case 'n':
		return &options->dry_run;
	case 'y':
		return &options->yes;
	case OPTION_ALLOW_DISRUPTION:
		return &options->allow_disruption;
	case OPTION_STRICT:
		return &options->strict;
	case 'q':
		return &options->quiet;
	case 'v':
		return &options->verbose;
	default:
		return NULL;
	}
}

static int parse_argument(int option, struct options *options, struct error *error)
{
	switch (option) {
	case 'g':
		strings_add(&options->gpus, optarg);
		return 0;
	case 'm':
		options->vm = optarg;
		return 0;
	case 's':
		return parse_guest(optarg, &options->guest, error);
	case 'c':
		options->connect = optarg;
		return 0;
	case OPTION_WAIT:
		return parse_wait(optarg, &options->wait, error);
	case OPTION_CONFIG:
		options->config = optarg;
		return 0;
	case 't':
		return parse_through(optarg, options, error);
	case 'f':
		options->format = optarg;
		return 0;
	case 'o':
		options->output = optarg;
		return 0;
	case OPTION_ROOT:
		options->root = optarg;
		return 0;
	case OPTION_RECORD:
		options->mode = MODE_RECORD;
		options->record = optarg;
		return *optarg ? 0 : error_set(error, EINVAL, "--record needs a folder's name");
	case OPTION_COLOR:
		return parse_color(optarg, &options->color, error);
	default:
		return -EINVAL;
	}
}

static int parse_option(int option, struct options *options, struct error *error)
{
	bool *flag = flag_of(option, options);

	if (flag)
		*flag = true;
	return flag || set_mode(option, options) ? 0 : parse_argument(option, options, error);
}

/* A long option that is none, or the begin of several. */
static int refuse_unknown(const char *word, struct error *error)
{
	_cleanup_free_ char *name = xstrndup(word, strcspn(word, "="));
	_cleanup_strings_ struct strings all = { 0 }, longer = { 0 };
	_cleanup_free_ char *joined = NULL;
	const char *near;

	for (const struct option *option = long_options; option->name; option++)
		strings_take(&all, xasprintf("--%s", option->name));
	for (size_t i = 0; i < all.count; i++)
		if (starts_with(all.items[i], name))
			strings_add(&longer, all.items[i]);
	joined = strings_join(&longer, " or ");
	if (longer.count)
		return error_set(error, EINVAL, "%.100s is short for %s: which?", word, joined);
	near = nearest_word(name, &all);
	return error_set(error, EINVAL, "unknown option %.100s%s%s%s", word,
			 near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* getopt's own messages go to stderr at once; ours are for the caller to print. */
static int refuse(int option, char **argv, struct error *error)
{
	const char *word = argv[optind - 1];
	const char letter[] = { '-', (char)optopt, '\0' };

	if (option != ':' && !optopt)
		return refuse_unknown(word, error);
	/* A long option stands in the word behind it; a short one may be one of several in a word.
	 */
	if (!starts_with(word, "--"))
		word = letter;
	if (option == ':')
		return error_set(error, EINVAL, "%s needs an argument", word);
	return error_set(error, EINVAL,
			 strchr(word, '=') ? "%s: takes no argument" : "unknown option %s", word);
}

int options_parse(int argc, char **argv, struct options *ret, struct error *error)
{
	struct options options = { .through = STAGE_GUEST };
	int option, r = 0;

	opterr = 0;
	for (;;) {
		option = getopt_long(argc, argv, ":g:m:s:c:t:f:o:nyqvh", long_options, NULL);
		if (option < 0)
			break;
		r = option == '?' || option == ':' ? refuse(option, argv, error)
						   : parse_option(option, &options, error);
		if (r < 0) {
			options_free(&options);
			return r;
		}
	}
	for (int i = optind; i < argc; i++)
		strings_add(&options.checks, argv[i]);
	r = options_complete(&options, error);
	if (r < 0)
		options_free(&options);
	else
		*ret = options;
	return r;
}

void options_free(struct options *options)
{
	strings_free(&options->gpus);
	strings_free(&options->checks);
	strings_free(&options->files);
}
