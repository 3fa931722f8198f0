/* tokens.h - the command that makes, lists and revokes tokens. */
#ifndef CTL_TOKENS_H
#define CTL_TOKENS_H

#include "ctl/command.h"

enum exit_code tokens_run(const struct settings *settings, const struct arguments *arguments);

#endif
