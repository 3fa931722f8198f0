/* fold_attempt.h - attempts as records make them: added, adopted, and at some time forgotten. */
#ifndef SAGA_FOLD_ATTEMPT_H
#define SAGA_FOLD_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct record;

/* All three: false = no memory, or (replay) a record that makes no sense in the call's state. */
/* An attempt that was given up is running after all: it is the one that decides again. */
bool fold_adopt(struct call *call, const struct record *record);

/* The next attempt under the present key. */
bool fold_add_attempt(struct call *call, const struct record *record);

/* The next key of this call begins: what is asked under it is as the record says, and never
 * changes. */
bool fold_open_run(struct call *call, const struct record *record);

#endif
