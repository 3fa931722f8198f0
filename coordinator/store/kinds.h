/* kinds.h - which row of `kind` a definition has.
 *
 * Sagas are started in thousands and are of few definitions: their rows of `kind` are remembered,
 * so that a start asks no table. The rows never change. One that was added by a commit that failed
 * is remembered too, which does no harm: after it the store has failed for good. */
#ifndef STORE_KINDS_H
#define STORE_KINDS_H

#include "base/limits.h"
#include "journal/row.h"
#include "store/db.h"

enum { KINDS_KEPT = 64 }; /* a power of two; more than are in use at once, and 5 KiB */

/* The row of `kind` of a definition, remembered. */
struct kind {
    uint8_t name[LIMIT_NAME]; /* of a definition */
    size_t size;              /* of the name */
    uint32_t version;
    int64_t id; /* 0 = free */
};

/* Zeroes = empty. */
struct kinds {
    struct kind known[KINDS_KEPT]; /* each at the place that its name and version give */
    int64_t *of_heads;             /* of the batch, by index: what kinds_of_heads() found */
    size_t capacity;               /* of of_heads */
};

void kinds_close(struct kinds *kinds);

/* Makes room for so many heads. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error kinds_reserve(struct kinds *kinds, size_t count);

/* Finds the row of a definition, and adds it when there is none. `statements` are the writer's. */
MUST_CHECK enum saga_error kinds_find(struct kinds *kinds, sqlite3_stmt **statements,
                                      const struct head *head, int64_t *id);

/* Finds the row of `kind` for each head that is new; kinds_make_room() has made room for all. */
MUST_CHECK enum saga_error kinds_of_heads(struct kinds *kinds, sqlite3_stmt **statements,
                                          const struct rows *rows);

#endif
