/* child_name.h - the names of child sagas, which do a step of a parent saga: <parent>~<step>, or
 * <parent>~<step>~<number> when the step runs again. */
#ifndef JOURNAL_CHILD_NAME_H
#define JOURNAL_CHILD_NAME_H

#include "base/span.h"

/* Takes the parent's id out of the name of a child saga; empty: a saga of this name is nobody's
 * child. */
struct span child_name_parent(struct span name);

#endif
