/* fold_lock.h - the concurrency key of a saga, as its records say. */
#ifndef SAGA_FOLD_LOCK_H
#define SAGA_FOLD_LOCK_H

#include <stdbool.h>

struct record;
struct saga;

/* All functions below but the last: false = no memory, or (replay) a record that makes no sense in
 * the saga's state. */
/* The start record says which concurrency key the saga has, and whether the saga holds it already
 * or shares its parent's. */
bool fold_lock_started(struct saga *saga, const struct record *record);

/* The saga waits until it may have its concurrency key. Where a person's reversal is what waits,
 * its reason is kept for when it begins. */
bool fold_lock_queued(struct saga *saga, const struct record *record);

/* From now on the saga holds its concurrency key. */
bool fold_lock_held(struct saga *saga);

/* The saga has ended: it no longer holds its concurrency key, nor waits for it. */
void fold_lock_end(struct saga *saga);

#endif
