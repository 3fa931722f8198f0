/* tails.h - which row is the newest of each saga that moved since its row in `saga` was written.
 *
 * A step of a saga appends an event and leaves the saga's own row alone, so saga.last_lsn is behind
 * for sagas that are at work. The lsn that `saga` lacks are here, in two generations:
 *
 *   young   sagas with a row since the last turn
 *   old     sagas of the generation before, which the writer is writing into `saga`, a few with
 *           each commit, so that no commit has to write them all
 *
 * An entry with lsn 0 says: the saga's own row is right. Only the writer's thread changes anything,
 * under the lock; readers look things up under the lock. */
#ifndef STORE_TAILS_H
#define STORE_TAILS_H

#include <pthread.h>

#include "base/check.h"
#include "base/error.h"
#include "journal/row.h"

struct tail {
    uint64_t saga; /* 0 = free */
    uint64_t lsn;  /* 0 = the saga's own row is right */
};

struct tail_table {
    struct tail *slots; /* owned; open addressing, linear probing, nothing is ever dropped */
    size_t capacity;    /* a power of two, or 0 */
    size_t count;
};

struct tails {
    pthread_mutex_t lock;
    struct tail_table young;
    struct tail_table old;
    size_t old_at; /* slots of old before this one have been taken */
};

void tails_open(struct tails *tails);
void tails_close(struct tails *tails);

/* Room for this many more sagas, so that the next tails_commit() cannot fail. SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error tails_reserve(struct tails *tails, size_t count);
/* The batch has become durable: notes its rows and heads. */
void tails_commit(struct tails *tails, const struct rows *rows);
/* Notes a row that was read back when the store opened; room must be there. */
void tails_set(struct tails *tails, uint64_t saga, uint64_t lsn);

/* The lsn of the saga's newest row, if the saga's own row does not know it; else 0. Any thread. */
uint64_t tails_get(struct tails *tails, uint64_t saga);

/* The young become the old; the old must have been dropped. */
void tails_turn(struct tails *tails);
/* The next of the old that must be written, or false. */
bool tails_take(struct tails *tails, struct tail *taken);
/* All of the old have been written, durably. */
void tails_drop_old(struct tails *tails);

#endif
