/* told.h - what the world is told is what was recorded: in one commit, in one order, once. */
#ifndef LIB_TOLD_H
#define LIB_TOLD_H

#include "journal/row.h"

/* NULL, or what is wrong with a batch of an engine that tells: each record of a saga's start or
 * end, and each that parks, has one notice with its seq, in the order of the records; alerts may
 * stand between. Events of a definition's own are passed over. */
const char *told_wrong(const struct rows *rows);

#endif
