/* option_rows.h - the table of all options: parsing, help, the man page and completion read it. */
#ifndef CTL_OPTION_ROWS_H
#define CTL_OPTION_ROWS_H

#include <stddef.h>

#include "ctl/command.h"

/* The kind of value that an option has, and the type of its place in the settings. */
enum option_form {
    OPTION_FLAG,    /* bool; has no value */
    OPTION_TEXT,    /* const char * */
    OPTION_COUNT,   /* uint32_t, from 1 */
    OPTION_OUTPUT,  /* enum output */
    OPTION_TEXTS,   /* struct texts; may be said more than once */
    OPTION_SECONDS, /* double; may be said without a value */
    OPTION_FORM_COUNT
};

struct option_row {
    const char *name; /* rows of one name follow each other, and have one form and one place */
    enum option_form form;
    size_t offset;        /* in struct settings */
    const char *argument; /* in the help; NULL: has no value */
    const char *help;
    bool is_global; /* every command takes it */
    char letter;    /* the short form; 0 = none */
    /* Names of commands, separated by spaces, that the row is about; NULL: about every command that
     * takes an option of this name. */
    const char *of;
};

enum { OPTION_ROWS_MAX = 64, OPTION_SECONDS_MAX = 3600 /* as long as the server would wait */ };

extern const struct option_row option_rows[];
extern const size_t option_row_count;

/* Is the row about an option of this command? */
bool option_row_is_of(const struct option_row *row, const struct command *command);
/* May the command be given an option of this name? */
bool option_row_is_taken(const struct option_row *row, const struct command *command);

#endif
