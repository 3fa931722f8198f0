/* command.h - a command of sagactl: its name, what it takes, and what scripts may rely on. */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "ctl/settings.h"

enum exit_code {
    EXIT_GOOD = 0,
    EXIT_FAILED = 1, /* the thing asked about failed: lint errors, a saga compensated */
    EXIT_USAGE = 2,
    EXIT_NOT_FOUND = 3,
    EXIT_REFUSED = 4,
    EXIT_NO_SERVER = 5,
};

struct command_list;

/* What follows the command, without the options. */
struct arguments {
    const char *const *items;
    uint32_t count;
    const struct command_list *commands; /* all there are: help speaks of them */
};

struct command {
    const char *name;
    const char *arguments; /* "ID", "FILE..." */
    const char *help;
    const char *options; /* names, separated by spaces */
    uint32_t least;      /* arguments */
    uint32_t most;
    bool has_rows; /* what it shows is a table, which can be CSV too */
    enum exit_code (*run)(const struct settings *settings, const struct arguments *arguments);
};

struct command_list {
    const struct command *items;
    uint32_t count;
};

/* NULL: there is none of that name. */
const struct command *command_find(const struct command_list *commands, const char *name);
/* Is the word one of the words, which spaces separate? */
bool command_has_word(const char *words, const char *word);

#endif
