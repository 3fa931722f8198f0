/* schedules.h - the command that lists what starts by itself. */
#ifndef CTL_SCHEDULES_H
#define CTL_SCHEDULES_H

#include "ctl/command.h"

enum exit_code schedules_run(const struct settings *settings, const struct arguments *arguments);

#endif
