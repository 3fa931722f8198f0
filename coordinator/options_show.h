/* options_show.h - what --help and --check print. */
#ifndef OPTIONS_SHOW_H
#define OPTIONS_SHOW_H

#include "options.h"

/* The help of sagad: its flags, and the settings that have no flag. */
void options_help(FILE *out);
/* Every setting, its value and where it came from. */
void options_print(const struct options *options, FILE *out);

#endif
