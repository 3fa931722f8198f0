/* child_name.h - the names of sagas that are steps of other sagas: <parent>~<step>, or
 * <parent>~<step>~<number> when the step runs again. */
#ifndef JOURNAL_CHILD_NAME_H
#define JOURNAL_CHILD_NAME_H

#include "base/span.h"

/* The external id of the saga of which the saga of this name is a step; empty: of none. */
struct span child_name_parent(struct span name);

#endif
