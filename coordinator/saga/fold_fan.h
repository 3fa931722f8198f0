/* fold_fan.h - the records of fan-outs, and which steps are looked at after a record of any
 * kind. */
#ifndef SAGA_FOLD_FAN_H
#define SAGA_FOLD_FAN_H

#include "base/span.h"

struct record;
struct saga;
struct step;

/* A fan-out begins: its items are steps of the saga from here on. false: no memory, or (replay)
 * the collection is not what the record says. */
bool fold_items(struct step *step, const struct record *record, int64_t at_ms);

/* Marks the steps of a packed list, and with a fan-out its items, as chosen or (false) as
 * accepted. false: (replay) the list names what is not there. */
bool fold_mark(struct saga *saga, struct span list, bool chosen);

/* After a record about the step (NULL: about none): which steps are awake now, all of them
 * looked at or only this one, and what becomes of the fan-out that the step is an item of. */
void fold_look_again(struct saga *saga, bool everything, struct step *step);

#endif
