/* labels.h - a saga has the labels of its start, and the others of its definition. */
#ifndef ENGINE_LABELS_H
#define ENGINE_LABELS_H

#include "base/span.h"

struct turn;

/* labels.c: a start's labels, and those of the definition beside them; in the scratch buffer. */
struct span labels_merge(struct turn *turn, struct span own);

#endif
