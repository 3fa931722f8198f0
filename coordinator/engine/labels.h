/* labels.h - a saga has the labels of its start, and those labels of its definition that the
 * start does not name. */
#ifndef ENGINE_LABELS_H
#define ENGINE_LABELS_H

#include "base/span.h"

struct turn;

/* The labels of a saga that starts, as a msgpack map: `own` (from the start request) and those of
 * the definition whose names `own` lacks. The result is `own` itself, or lies in the engine's
 * scratch buffer. When memory runs out turn->failed is set. */
struct span labels_merge(struct turn *turn, struct span own);

#endif
