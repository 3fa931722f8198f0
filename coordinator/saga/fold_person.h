/* fold_person.h - the records of what persons decide of a step: to answer for it, settle it,
 * retry it, skip it. */
#ifndef SAGA_FOLD_PERSON_H
#define SAGA_FOLD_PERSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

struct record;
struct step;

/* All functions below: false = no memory, or (replay) a record that makes no sense in the step's
 * state. */

/* The step is skipped: no effect of it stands, and the steps that need it go on. */
MUST_CHECK bool fold_skipped(struct step *step, const struct record *record, int64_t at_ms);

/* Notes that a person wants the step skipped. The record that skips it follows at once, or when all
 * that the step needs is done: the steps after it wait for those all the same. */
MUST_CHECK bool fold_skip(struct step *step, const struct record *record);

/* The step waits for a time, a person or an event; keeps the question that persons are asked, if
 * any. */
MUST_CHECK bool fold_asked(struct step *step, const struct record *record);

/* Keeps the name of the person who ended the step's wait, if a person did. */
MUST_CHECK bool fold_decider(struct step *step, const struct record *record);

/* A person says what became of the step, or of an effect that came late under one of its old
 * keys. */
MUST_CHECK bool fold_resolved(struct step *step, const struct record *record, int64_t at_ms);

/* A person wants the next attempt of the do, the undo or the confirmation now. Attempts and time
 * limits count from zero again; the key is the same or the next, the input the same or another. */
MUST_CHECK bool fold_retry(struct step *step, const struct record *record, int64_t at_ms);

#endif
