/* list.h - the command that lists sagas. */
#ifndef CTL_LIST_H
#define CTL_LIST_H

#include "ctl/command.h"

enum exit_code list_run(const struct settings *settings, const struct arguments *arguments);

#endif
