/* jsonpath_run.h - what an evaluation may still cost, and how it gets to children. */
#ifndef JSONPATH_JSONPATH_RUN_H
#define JSONPATH_JSONPATH_RUN_H

#include "jsonpath/jsonpath_form.h"

/* Takes steps; false, and the run is spent, when there are not enough. */
static inline bool jsonpath_run_spend(struct jsonpath_run *run, uint64_t steps)
{
    run->is_spent |= steps > run->steps_left;
    run->steps_left -= run->is_spent ? run->steps_left : steps;
    return !run->is_spent;
}

/* The child of `value` that a NAME or INDEX selects; empty when there is none. *level, if not NULL,
 * says where the child is. */
struct span jsonpath_run_child(struct jsonpath_run *run, const struct jsonpath_selector *selector,
                               struct span value, struct jsonpath_level *level);
/* The value that a singular query leads to; empty when there is none. */
struct span jsonpath_run_find(struct jsonpath_run *run, const struct jsonpath_query *query,
                              struct span current);
/* The element of an array at an index that it has. */
struct span jsonpath_run_element(struct jsonpath_run *run, struct span array, uint32_t index);
/* Begins with the children of `value`; a scalar has none, as an empty array. */
void jsonpath_run_enter(struct span value, struct jsonpath_level *level);
/* The next child; false when there is none, or the run is spent. */
bool jsonpath_run_next(struct jsonpath_run *run, struct jsonpath_level *level, struct span *child);

#endif
