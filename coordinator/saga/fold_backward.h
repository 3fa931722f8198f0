/* fold_backward.h - turning back: that somebody wants it, why, and which steps it is about.
 */
#ifndef SAGA_FOLD_BACKWARD_H
#define SAGA_FOLD_BACKWARD_H

#include "base/span.h"

struct record;
struct saga;

/* It shall turn back as soon as no pivot is open; false: no memory. */
bool fold_want_back(struct saga *saga, struct span code, struct span message, struct span actor,
                    int64_t at_ms);

bool fold_compensating(struct saga *saga, const struct record *record, int64_t at_ms);

#endif
