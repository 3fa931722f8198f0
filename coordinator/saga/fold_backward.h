/* fold_backward.h - going backward: that somebody wants it, why, and which steps are undone. */
#ifndef SAGA_FOLD_BACKWARD_H
#define SAGA_FOLD_BACKWARD_H

#include "base/span.h"

struct record;
struct saga;

/* Notes that the saga shall go back, as soon as no pivot is open, and why (texts are copied);
 * actor: the person who wants that, empty = nobody does, the coordinator decided it. false: no
 * memory. */
bool fold_want_back(struct saga *saga, struct span code, struct span message, struct span actor);

/* Turns the saga round to go back, and marks the steps to undo: all, chosen ones, or those behind a
 * save-point, as the record says. false: no memory, or (replay) a record that makes no sense in the
 * saga's state. */
bool fold_compensating(struct saga *saga, const struct record *record, int64_t at_ms);

#endif
