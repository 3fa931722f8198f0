/* commands.h - the table of commands: parsing, help, the man page and completion read it. */
#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "ctl/command.h"

extern const struct command_list commands;

#endif
