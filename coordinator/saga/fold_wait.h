/* fold_wait.h - the records of steps that ask no participant: they wait, take an event, or send
 * one. */
#ifndef SAGA_FOLD_WAIT_H
#define SAGA_FOLD_WAIT_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct record;
struct step;

/* All four: false = no memory, or (replay) a record that makes no sense in the step's state. */
/* The step waits by itself, or for a child; or an attempt of the call has answered `later`. */
bool fold_waiting(struct step *step, struct call *call, const struct record *record, int64_t at_ms);

/* The wait is over, or a fan-out is: the step has succeeded or (with a code) failed. */
bool fold_woken(struct step *step, const struct record *record, int64_t at_ms);

/* The step takes an event. This one, and all that came before, do not count for the step any
 * more, however often it waits again. */
bool fold_event(struct step *step, const struct record *record);

/* The step has sent its event, whose id is the key of the step's do. */
bool fold_emitted(struct step *step, const struct record *record, int64_t at_ms);

#endif
