/* start.h - the command that starts a saga. */
#ifndef CTL_START_H
#define CTL_START_H

#include "ctl/command.h"

enum exit_code start_run(const struct settings *settings, const struct arguments *arguments);

#endif
