/* fold_wait.h - the records of steps that ask no participant: they wait, take an event, or send
 * one. */
#ifndef SAGA_FOLD_WAIT_H
#define SAGA_FOLD_WAIT_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct record;
struct step;

/* All functions below: false = no memory, or (replay) a record that makes no sense in the step's
 * state. */
/* The step waits by itself, or for a child saga; or the participant has answered an attempt with
 * `later`. */
bool fold_waiting(struct step *step, struct call *call, const struct record *record, int64_t at_ms);

/* The step's wait is over, or all items of its fan-out are settled: the step has succeeded or (if
 * the record has a code) failed. */
bool fold_woken(struct step *step, const struct record *record, int64_t at_ms);

/* The waiting step takes the event of the record. From now on this event, and all that came before
 * it, are passed over for the step, however often it waits again. */
bool fold_event(struct step *step, const struct record *record);

/* The step has sent an event of its own, whose id is the idempotency key of the step's do. */
bool fold_emitted(struct step *step, const struct record *record, int64_t at_ms);

#endif
