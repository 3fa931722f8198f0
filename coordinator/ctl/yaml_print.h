/* yaml_print.h - a JSON value as YAML. */
#ifndef CTL_YAML_PRINT_H
#define CTL_YAML_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/check.h"

/* Prints one document, which any reader of YAML 1.1 or 1.2 reads back as the same value. false: no
 * memory, or `out` takes no more. */
MUST_CHECK bool yaml_print(FILE *out, const json_t *value);

#endif
