/* full.h - tells whether the batch in the making, or the disk, has room for more input. */
#ifndef CORE_FULL_H
#define CORE_FULL_H

#include <stdbool.h>

struct core;

/* Is the batch in the making as large as it may be? Then no more input is taken until the store is
 * done with the one before. */
bool core_is_full(const struct core *core);

/* Has the disk no room for more work? Then requests that bring work (a start, an event, a
 * definition) are answered `overloaded`: the room that is left is for the sagas that were accepted
 * before. */
bool core_is_disk_full(struct core *core);

/* Has the disk no room even for the sagas that were accepted before? Then what a person asks of a
 * saga is answered `overloaded` too. */
bool core_is_disk_full_for_verbs(struct core *core);

#endif
