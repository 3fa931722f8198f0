/* values.h - JSON from the command line: literal, or @FILE; and JSON as it is shown. */
#ifndef CTL_VALUES_H
#define CTL_VALUES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "ctl/settings.h"

/* Adds the JSON of `text` under `key`; NULL adds nothing. false after saying what is wrong. */
bool value_add(json_t *object, const char *key, const char *text);
/* Adds "a,b,c" as an array of strings; NULL adds nothing. */
void value_add_names(json_t *object, const char *key, const char *text);

/* Prints a value indented by 2. A number is the shortest decimal that reads back as the same double
 * (0.99, where jansson prints 0.98999999999999999). */
void value_print(FILE *out, const json_t *value);
/* The value on one line, for free(); NULL when `value` is NULL, or there is no memory. */
char *value_text(const json_t *value);

/* Is the answer to be shown as it came: JSON or YAML? */
bool value_is_document(const struct settings *settings);
/* Prints the document. */
void value_show(const struct settings *settings, const json_t *value);

/* Will a saga with this status go on by itself no more? "" is no status: false. */
bool value_is_settled(const char *status);

#endif
