/* events.h - the command that says what has happened outside. */
#ifndef CTL_EVENTS_H
#define CTL_EVENTS_H

#include "ctl/command.h"

enum exit_code events_run(const struct settings *settings, const struct arguments *arguments);

#endif
