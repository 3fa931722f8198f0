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
    uint8_t name[LIMIT_NAME]; /* name of the definition */
    size_t size;              /* bytes of the name */
    uint32_t version;
    int64_t id; /* id of the row in the table `kind`; 0 = this place is free */
};

/* The rows of `kind` that are remembered. All zeroes = none yet. */
struct kinds {
    /* A kind stands at the index that the hash of its name and version gives. */
    struct kind known[KINDS_KEPT];
    /* Owned; by index of a head in the batch: the id of the row of `kind` that kinds_of_heads()
     * found for a new saga. */
    int64_t *of_heads;
    size_t capacity; /* entries that of_heads has room for */
};

void kinds_close(struct kinds *kinds);

/* Makes room in of_heads for the heads of a batch, `count` of them. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error kinds_reserve(struct kinds *kinds, size_t count);

/* Finds the row of a definition, and adds it when there is none. `statements` are the writer's. */
MUST_CHECK enum saga_error kinds_find(struct kinds *kinds, sqlite3_stmt **statements,
                                      const struct head *head, int64_t *id);

/* Finds the row of `kind` for the head of each new saga, and keeps its id in of_heads;
 * kinds_reserve() has made room for all heads of the batch. */
MUST_CHECK enum saga_error kinds_of_heads(struct kinds *kinds, sqlite3_stmt **statements,
                                          const struct rows *rows);

#endif
