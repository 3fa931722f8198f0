/* help.h - what sagactl says of itself. */
#ifndef CTL_HELP_H
#define CTL_HELP_H

#include <stdio.h>

#include "ctl/command.h"

/* All commands, a line each. */
void help_all(const struct command_list *commands, FILE *out);
/* One command and its options. */
void help_command(const struct command *command);

enum exit_code help_run(const struct settings *settings, const struct arguments *arguments);
enum exit_code help_version(const struct settings *settings, const struct arguments *arguments);

#endif
