/* json_file.h - a JSON document of the source tree, as a value. */
#ifndef TESTS_JSON_FILE_H
#define TESTS_JSON_FILE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"

enum { JSON_FILE_MAX = 1024 * 1024 };

/* Opens `value`, which the caller closes. `name` is relative to the source tree. */
static inline void json_file_read(const char *name, struct buf *value)
{
    static char text[JSON_FILE_MAX];
    const char *source = getenv("SAGA_SOURCE");
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", source ? source : ".", name);
    FILE *in = fopen(path, "rb");
    cr_assert_not_null(in, "%s", path);
    size_t size = fread(text, 1, sizeof(text), in);
    fclose(in);
    struct json_problem problem = {.line = 0};
    buf_open(value, 2 * JSON_FILE_MAX);
    cr_assert_eq(json_to_mp(span_of(text, size), value, &problem), SAGA_OK, "%s:%u: %s", path,
                 problem.line, problem.detail);
}

#endif
