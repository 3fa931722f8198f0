/* flags.h - an option of the command line is its whole name. */
#ifndef BASE_FLAGS_H
#define BASE_FLAGS_H

#include <stdbool.h>

/* getopt_long() takes any beginning of an option's name for the name, so that an option added one
 * day changes what an old script says. Called after getopt_long() has found the long option `name`
 * in argv: was the name written out? If not, says on stderr as `program` what was written, and
 * which option may be meant. */
bool flags_is_whole(const char *program, char *const argv[], const char *name);

#endif
