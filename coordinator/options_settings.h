/* options_settings.h - the table of settings: flags, environment, file, --help and --check read it.
 */
#ifndef OPTIONS_SETTINGS_H
#define OPTIONS_SETTINGS_H

#include <stddef.h>

#include "options.h"

enum setting_form {
    SETTING_TEXT,     /* char[OPTIONS_TEXT] */
    SETTING_FLAG,     /* bool */
    SETTING_DURATION, /* int64_t, ms */
    SETTING_NUMBER,   /* int64_t */
    SETTING_LEVEL,    /* enum log_level */
    SETTING_FORMAT,   /* enum log_format */
    SETTING_FORM_COUNT
};

struct setting {
    const char *name; /* in the file; the flag is --name; SAGAD_NAME in the environment */
    enum setting_form form;
    size_t offset; /* in struct options */
    bool has_flag;
    const char *fallback; /* default */
    const char *argument; /* in --help */
    const char *help;
    int64_t least; /* of numbers and durations (ms) */
    int64_t most;
};

enum { SETTING_CONFIG = 0 }; /* the row that names the file: no file may have it */

extern const struct setting option_settings[];
extern const size_t option_setting_count;

struct setting_why {
    char text[80];
};

/* Takes the text as the setting's value. NULL, or what is wrong with it ("is true or false"): a
 * literal, or composed in *why. */
const char *setting_parse(struct options *options, const struct setting *setting, const char *text,
                          struct setting_why *why);
/* The row of that name; option_setting_count when there is none. */
size_t setting_find(const char *name);
/* The setting that may be meant by a name that is none; NULL: no idea. */
const char *setting_suggest(const char *name);
/* The value, padded to a column. */
void setting_print(const struct options *options, const struct setting *setting, FILE *out);

#endif
