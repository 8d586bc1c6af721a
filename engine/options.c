/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#include "engine/options.h"

#include "base/alloc.h"
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
	OPTION_VERSION,
	OPTION_WAIT,
	OPTION_CONFIG,
	OPTION_FIX,
	OPTION_UNDO,
	OPTION_MERGE,
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
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ 0 },
};

const char options_help[] =
	"Usage: gpucheck [OPTION]... [CHECK]...\n"
	"       gpucheck --fix [OPTION]... [CHECK]...\n"
	"       gpucheck --undo [ID | list]\n"
	"       gpucheck --merge FILE...\n"
	"       gpucheck --list | --explain CHECK\n"
	"\n"
	"Tells whether a GPU of this host will work inside a libvirt/KVM virtual machine,\n"
	"and which link of the chain is broken. CHECK is an id (iommu.enabled) or a stage\n"
	"(host iommu driver display vm guest); what a check needs is checked with it.\n"
	"\n"
	"  -g, --gpu GPU        the card: 0000:01:00.0, 01:00.0 or 10de:2504; repeatable\n"
	"  -m, --vm NAME        the VM; default: the one that has the card, or the only one\n"
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
	"      --undo [ID]      take back the last applied plan, or this one; list shows them\n"
	"      --merge FILE...  one report out of many hosts' JSON reports; - is standard input\n"
	"  -n, --dry-run        with --fix or --undo: only show what would change\n"
	"  -y, --yes            with --fix: do not ask\n"
	"      --allow-disruption\n"
	"                       with --fix: also restart the VM, take the card from its driver\n"
	"      --strict         a warning counts as a failure\n"
	"  -q, --quiet          text: only what warns, fails or is unknown\n"
	"  -v, --verbose        the evidence of every check\n"
	"      --color[=WHEN]   always, never or auto\n"
	"      --list           all checks\n"
	"      --explain CHECK  one check in full: meaning, evidence, remedy, pitfalls\n"
	"      --version\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 all that applies passed; 1 something failed; 2 usage, or nothing to\n"
	"check; 3 nothing failed, but something could not be measured.\n";

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
	if (!options->has_through)
		return error_set(error, EINVAL,
				 "--through %s: no such stage; the stages are host, iommu, driver, "
				 "display, vm, guest",
				 text);
	return 0;
}

/* Options that choose what is done; of several the last one counts. */
static bool set_mode(int option, struct options *options)
{
	static const struct {
		int option;
		enum mode mode;
	} modes[] = {
		{ OPTION_FIX, MODE_FIX },
		{ OPTION_UNDO, MODE_UNDO },
		{ OPTION_MERGE, MODE_MERGE },
		{ OPTION_LIST, MODE_LIST },
		{ OPTION_EXPLAIN, MODE_EXPLAIN },
		{ OPTION_VERSION, MODE_VERSION },
		{ 'h', MODE_HELP },
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

/* getopt's own messages go to stderr at once; ours are for the caller to print. */
static int refuse(int option, char **argv, struct error *error)
{
	const char *word = argv[optind - 1];
	const char letter[] = { '-', (char)optopt, '\0' };

	/* A long option stands in the word behind it; a short one may be one of several in a word.
	 */
	if (!starts_with(word, "--"))
		word = letter;
	if (option == ':')
		return error_set(error, EINVAL, "%s needs an argument", word);
	return error_set(
		error, EINVAL,
		strchr(word, '=') && optopt ? "%s: takes no argument" : "unknown option %s", word);
}

/* The word behind --undo: a plan's number, or "list". */
static int parse_undo(struct options *options, struct error *error)
{
	const char *word = options->checks.count ? options->checks.items[0] : NULL;
	unsigned long id;
	char *end;

	if (options->checks.count > 1)
		return error_set(error, EINVAL, "--undo takes one plan: --undo %s", word);
	if (!word)
		return 0;
	options->undo_list = !strcmp(word, "list");
	id = strtoul(word, &end, 10);
	if (!options->undo_list && (!isdigit((unsigned char)*word) || *end || !id || id > 999999))
		return error_set(error, EINVAL,
				 "--undo %s: not the number of a plan; gpucheck --undo list shows "
				 "them all",
				 word);
	options->undo_id = options->undo_list ? 0 : (unsigned)id;
	strings_free(&options->checks);
	return 0;
}

/* The words behind --merge are files, and no option that looks at this host goes with it. */
static int parse_merge(struct options *options, struct error *error)
{
	const struct {
		const char *name;
		bool given;
	} about_hosts[] = {
		{ "--gpu", options->gpus.count },      { "--vm", options->vm },
		{ "--guest", options->guest },         { "--connect", options->connect },
		{ "--through", options->has_through }, { "--wait", options->wait },
		{ "--config", options->config },       { "--root", options->root },
	};

	for (size_t i = 0; i < ARRAY_SIZE(about_hosts); i++)
		if (about_hosts[i].given)
			return error_set(error, EINVAL,
					 "%s does not go with --merge: the hosts were checked "
					 "already",
					 about_hosts[i].name);
	if (!options->checks.count)
		return error_set(error, EINVAL,
				 "--merge needs reports: gpucheck --merge FILE..., each written by "
				 "gpucheck --format json --output FILE");
	options->files = options->checks;
	options->checks = (struct strings){ 0 };
	return 0;
}

/* Options that would be passed over silently are refused: they were meant. */
static int check_combination(struct options *options, struct error *error)
{
	if (options->mode == MODE_UNDO && parse_undo(options, error) < 0)
		return -EINVAL;
	if (options->mode == MODE_MERGE && parse_merge(options, error) < 0)
		return -EINVAL;
	if (options->allow_disruption && options->mode != MODE_FIX)
		return error_set(error, EINVAL, "--allow-disruption goes with --fix");
	if (options->yes && options->mode != MODE_FIX && options->mode != MODE_UNDO)
		return error_set(error, EINVAL, "--yes goes with --fix");
	if (options->dry_run && options->mode != MODE_FIX && options->mode != MODE_UNDO)
		return error_set(error, EINVAL, "--dry-run goes with --fix or --undo");
	return 0;
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
	r = check_combination(&options, error);
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
