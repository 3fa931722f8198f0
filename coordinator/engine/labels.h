/* labels.h - a saga has the labels of its start, and those labels of its definition that the
 * start does not name. */
#ifndef ENGINE_LABELS_H
#define ENGINE_LABELS_H

#include "base/span.h"

struct turn;

/* A start's labels with those of the definition, as a map: the start's own bytes, or in the
 * engine's scratch. Without memory turn->failed is set. */
struct span labels_merge(struct turn *turn, struct span own);

#endif
