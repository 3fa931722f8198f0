/* fold_lock.h - the concurrency key of a saga, as its records say. */
#ifndef SAGA_FOLD_LOCK_H
#define SAGA_FOLD_LOCK_H

#include <stdbool.h>

struct record;
struct saga;

/* The records of a concurrency key. All but the last: false = no memory, or (replay) a record
 * that makes no sense in the saga's state. */
/* The start says which key the saga has, and whether the saga holds it already or shares its
 * parent's. */
bool fold_lock_started(struct saga *saga, const struct record *record);

/* The saga waits for its key; a person's reversal that waits is kept with its reason. */
bool fold_lock_queued(struct saga *saga, const struct record *record);

/* The saga holds its key. */
bool fold_lock_held(struct saga *saga);

/* The saga has ended, and neither holds its key nor waits for it. */
void fold_lock_end(struct saga *saga);

#endif
