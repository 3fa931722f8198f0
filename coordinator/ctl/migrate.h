/* migrate.h - the command that moves a saga to another version of its definition. */
#ifndef CTL_MIGRATE_H
#define CTL_MIGRATE_H

#include "ctl/command.h"

enum exit_code migrate_run(const struct settings *settings, const struct arguments *arguments);

#endif
