/* fold_person.h - what persons decide of a step: asked, answered, left out. */
#ifndef SAGA_FOLD_PERSON_H
#define SAGA_FOLD_PERSON_H

#include <stdbool.h>
#include <stdint.h>

struct record;
struct step;

bool fold_skipped(struct step *step, const struct record *record, int64_t at_ms);

/* A person's wish. */
bool fold_skip(struct step *step, const struct record *record);

/* fold_person.c */
/* The step waits by itself; what it asks, if it asks. false: it is not of a kind that does. */
bool fold_asked(struct step *step, const struct record *record);

/* Who ended its wait, if somebody did. false: no memory. */
bool fold_decider(struct step *step, const struct record *record);

#endif
