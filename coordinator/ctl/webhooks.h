/* webhooks.h - the command about who is told what. */
#ifndef CTL_WEBHOOKS_H
#define CTL_WEBHOOKS_H

#include "ctl/command.h"

enum exit_code webhooks_run(const struct settings *settings, const struct arguments *arguments);

#endif
