/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which words and options go with which mode. */
#ifndef GPUCHECK_ENGINE_OPTION_RULES_H
#define GPUCHECK_ENGINE_OPTION_RULES_H

#include "engine/options.h"

/*
 * Once the whole command line is read: the words behind the options go where the mode wants them.
 * -EINVAL for what does not go together.
 */
int options_complete(struct options *options, struct error *error);

#endif
