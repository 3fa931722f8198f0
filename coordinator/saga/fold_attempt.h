/* fold_attempt.h - attempts as records make them: added, adopted, and at some time forgotten. */
#ifndef SAGA_FOLD_ATTEMPT_H
#define SAGA_FOLD_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct record;

/* The three functions below: false = no memory, or (replay) a record that makes no sense in the
 * call's state. */
/* A participant is at work on an attempt that was given up: from now on its outcome decides
 * again. */
bool fold_adopt(struct call *call, const struct record *record);

/* Adds the next attempt under the present key to the call. */
bool fold_add_attempt(struct call *call, const struct record *record);

/* Begins the next key of this call. Its input, and what its task says of the do, come from the
 * record and never change. */
bool fold_open_run(struct call *call, const struct record *record);

#endif
