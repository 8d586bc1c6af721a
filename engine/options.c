/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. */
#include "engine/options.h"

#include "host/guests.h"
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
};

static const struct option long_options[] = {
	{ "gpu", required_argument, NULL, 'g' },
	{ "vm", required_argument, NULL, 'm' },
	{ "guest", required_argument, NULL, 's' },
	{ "connect", required_argument, NULL, 'c' },
	{ "wait", required_argument, NULL, OPTION_WAIT },
	{ "config", required_argument, NULL, OPTION_CONFIG },
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
	"  -f, --format FORMAT  text, tap or json; default: text on a terminal, else tap\n"
	"  -o, --output FILE    write the report there, whole or not at all\n"
	"      --root DIR       read the host's files below DIR: a recorded host\n"
	"      --wait SECONDS   keep trying what the VM and the guest fail\n"
	"      --config FILE    default: /etc/gpucheck.conf\n"
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

static int parse_option(int option, struct options *options, struct error *error)
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
	case OPTION_STRICT:
		options->strict = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case 'v':
		options->verbose = true;
		return 0;
	case OPTION_COLOR:
		return parse_color(optarg, &options->color, error);
	case OPTION_LIST:
		options->mode = MODE_LIST;
		return 0;
	case OPTION_EXPLAIN:
		options->mode = MODE_EXPLAIN;
		return 0;
	case 'h':
		options->mode = MODE_HELP;
		return 0;
	case OPTION_VERSION:
		options->mode = MODE_VERSION;
		return 0;
	default:
		return -EINVAL;
	}
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

int options_parse(int argc, char **argv, struct options *ret, struct error *error)
{
	struct options options = { .through = STAGE_GUEST };
	int option, r = 0;

	opterr = 0;
	for (;;) {
		option = getopt_long(argc, argv, ":g:m:s:c:t:f:o:qvh", long_options, NULL);
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
	*ret = options;
	return 0;
}

void options_free(struct options *options)
{
	strings_free(&options->gpus);
	strings_free(&options->checks);
}
