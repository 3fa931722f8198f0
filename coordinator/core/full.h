/* full.h - is there room for more input? */
#ifndef CORE_FULL_H
#define CORE_FULL_H

#include <stdbool.h>

struct core;

/* The batch in the making is as large as it may be: take no more input until the store is done. */
bool core_is_full(const struct core *core);

/* There is no room on the disk for more work: requests that bring work are answered `overloaded`.
 * The room that is left is for the work that was taken before. */
bool core_is_disk_full(struct core *core);

/* There is not even room for the work taken before: what a person asks of a saga is answered
 * `overloaded` too. */
bool core_is_disk_full_for_verbs(struct core *core);

#endif
