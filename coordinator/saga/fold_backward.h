/* fold_backward.h - going backward: that somebody wants it, why, and which steps are undone. */
#ifndef SAGA_FOLD_BACKWARD_H
#define SAGA_FOLD_BACKWARD_H

#include "base/span.h"

struct record;
struct saga;

/* The saga shall go back as soon as no pivot is open, for this reason (copied); actor empty = no
 * person wants it. false: no memory. */
bool fold_want_back(struct saga *saga, struct span code, struct span message, struct span actor);

/* The saga goes back: all steps, the chosen ones, or those behind a save-point. false: no
 * memory, or (replay) a record that makes no sense in the saga's state. */
bool fold_compensating(struct saga *saga, const struct record *record, int64_t at_ms);

#endif
