/* completion.h - the command that prints completion for a shell. */
#ifndef CTL_COMPLETION_H
#define CTL_COMPLETION_H

#include "ctl/command.h"

enum exit_code completion_run(const struct settings *settings, const struct arguments *arguments);

#endif
