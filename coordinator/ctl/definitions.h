/* definitions.h - the commands that take the file of a definition. */
#ifndef CTL_DEFINITIONS_H
#define CTL_DEFINITIONS_H

#include "ctl/command.h"

enum exit_code definitions_apply(const struct settings *settings,
                                 const struct arguments *arguments);
enum exit_code definitions_lint(const struct settings *settings, const struct arguments *arguments);
enum exit_code definitions_graph(const struct settings *settings,
                                 const struct arguments *arguments);
enum exit_code definitions_drill(const struct settings *settings,
                                 const struct arguments *arguments);

#endif
