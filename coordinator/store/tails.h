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
    uint64_t saga; /* 0 = this slot is free */
    /* lsn of the saga's newest row; 0 = saga.last_lsn in the database is right already. */
    uint64_t lsn;
};

struct tail_table {
    /* Owned; a hash table with linear probing, from which single entries are never removed. */
    struct tail *slots;
    size_t capacity; /* slots: a power of two; 0 = no memory was taken yet */
    size_t count;
};

struct tails {
    pthread_mutex_t lock;
    struct tail_table young;
    struct tail_table old;
    size_t old_at; /* index in old.slots up to which tails_take() has given out the entries */
};

void tails_open(struct tails *tails);
void tails_close(struct tails *tails);

/* Makes room in the table `young` for `count` more sagas, so that the next tails_commit() need not
 * take memory, and cannot fail. Error: SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error tails_reserve(struct tails *tails, size_t count);
/* Notes the newest row of each saga of a batch that has become durable; where the batch has written
 * the saga's own row too, notes that the latter is right. */
void tails_commit(struct tails *tails, const struct rows *rows);
/* Notes as the saga's newest row one that was read when the store opened; tails_reserve() must have
 * made room. */
void tails_set(struct tails *tails, uint64_t saga, uint64_t lsn);

/* The lsn of the saga's newest row, if the saga's own row does not know it; else 0. Any thread. */
uint64_t tails_get(struct tails *tails, uint64_t saga);

/* The young generation becomes the old one, and a new young one begins empty. Only after
 * tails_drop_old(). */
void tails_turn(struct tails *tails);
/* *taken: the next entry of the old generation that must be written into `saga`; false: none is
 * left. */
bool tails_take(struct tails *tails, struct tail *taken);
/* Empties the old generation: all its entries are durable in `saga` now. */
void tails_drop_old(struct tails *tails);

#endif
