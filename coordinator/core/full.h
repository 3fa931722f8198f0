/* full.h - is there room for more input? */
#ifndef CORE_FULL_H
#define CORE_FULL_H

#include <stdbool.h>

struct core;

/* The batch in the making is as large as it may be: take no more input until the store is done. */
bool core_is_full(const struct core *core);

/* There is no room on the disk: what writes is answered `overloaded`. */
bool core_is_disk_full(struct core *core);

#endif
