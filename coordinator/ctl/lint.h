/* lint.h - a definition file, read, compiled, and its problems told with file, line and column.
 *
 * YAML, or JSON by the ending .json. Works offline and without a server. */
#ifndef CTL_LINT_H
#define CTL_LINT_H

#include <stdio.h>

#include "base/arena.h"
#include "ctl/yaml.h"
#include "language/definition.h"
#include "reading/problem.h"

struct lint {
    const char *path;              /* borrowed; "-" is stdin, shown as (stdin) */
    struct yaml_document document; /* its marks; empty when the text could not be read */
    struct buf value;              /* the document as msgpack, for the JSON that the server wants */
    struct arena arena;            /* of what follows */
    const struct definition *definition; /* NULL when there are errors */
    struct problems problems;            /* in the order of their lines */
    char unreadable[256]; /* not empty: the file could not be read or is neither YAML nor JSON */
    struct yaml_mark unreadable_at;
};

/* Reads and compiles. SAGA_OK; SAGA_NOT_FOUND: the file cannot be read; SAGA_BAD_MESSAGE: the
 * file is neither YAML nor JSON; SAGA_INVALID_DEFINITION: see problems; SAGA_TOO_LARGE;
 * SAGA_NO_MEMORY. To be closed in any case; keeps `path`. */
MUST_CHECK enum saga_error lint_open(struct lint *lint, const char *path);
void lint_close(struct lint *lint);

/* The place of a problem in the file. */
struct yaml_mark lint_mark(const struct lint *lint, const struct problem *problem);

/* "FILE:LINE:COLUMN: error: /steps/2/retry: text", a line each, in the order of the file. */
void lint_print(const struct lint *lint, FILE *out);

/* Opens, prints, closes: is the file free of errors? */
bool lint_file(const char *path, FILE *out);

#endif
