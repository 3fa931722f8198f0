/* fold_fan.h - the records of fan-outs (steps with for_each), and which steps are awake after a
 * record of any kind. */
#ifndef SAGA_FOLD_FAN_H
#define SAGA_FOLD_FAN_H

#include "base/span.h"

struct record;
struct saga;
struct step;

/* A fan-out begins: its items are steps of the saga from here on. false: no memory, or (replay)
 * the collection is not what the record says. */
bool fold_items(struct step *step, const struct record *record, int64_t at_ms);

/* Marks the steps of a packed list, and with a fan-out its items, as to be undone (`chosen`), or
 * else as left undone with a person's consent. false: (replay) the list names a step that is not
 * there. */
bool fold_mark(struct saga *saga, struct span list, bool chosen);

/* To be called after a record about this step (NULL: about none). Lets steps rest or wakes them,
 * all steps (`everything`) or only this one, and lets the state of the fan-out follow that the step
 * is an item of. */
void fold_look_again(struct saga *saga, bool everything, struct step *step);

#endif
