/* values.h - JSON from the command line: literal, or @FILE. */
#ifndef CTL_VALUES_H
#define CTL_VALUES_H

#include <jansson.h>
#include <stdbool.h>

/* Adds the JSON of `text` under `key`; NULL adds nothing. false after saying what is wrong. */
bool value_add(json_t *object, const char *key, const char *text);
/* Adds "a,b,c" as an array of strings; NULL adds nothing. */
void value_add_names(json_t *object, const char *key, const char *text);

#endif
