/* options.h - the command line: which command, on what, under which settings. */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include "ctl/command.h"

struct command_line {
    int argc;
    char **argv;
    const struct command_list *commands; /* from which the first argument chooses */
};

/* The command, its settings and its arguments; NULL when all is said, with *code to exit with. */
const struct command *options_parse(const struct command_line *line, struct settings *settings,
                                    struct arguments *arguments, enum exit_code *code);

#endif
