/* show.h - one saga on one screen: why it is where it is, and its steps. */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include <jansson.h>
#include <stdio.h>

#include "ctl/command.h"

enum exit_code show_run(const struct settings *settings, const struct arguments *arguments);

/* `now_ms` is by this machine's clock: how long ago is told from it. */
void show_saga(FILE *out, const json_t *saga, int64_t now_ms);
/* Says on stderr that a saga, which was waited for, has not settled in time and goes on. */
void show_unsettled(const struct settings *settings, const json_t *saga);

#endif
