/* history.h - the commands that show what happened to a saga, line by line. */
#ifndef CTL_HISTORY_H
#define CTL_HISTORY_H

#include "ctl/command.h"

enum exit_code history_run(const struct settings *settings, const struct arguments *arguments);
/* Shows the records of a saga as they come, from the first on, until the saga has settled. */
enum exit_code history_watch(const struct settings *settings, const struct arguments *arguments);

#endif
