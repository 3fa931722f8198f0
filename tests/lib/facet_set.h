/* facet_set.h - what lists find one saga by: as the engine told it row by row, and as the saga's
 * state has it. */
#ifndef LIB_FACET_SET_H
#define LIB_FACET_SET_H

#include "base/arena.h"
#include "base/buf.h"
#include "journal/row.h"
#include "saga/saga.h"

enum { FACET_SET_MAX = 256 };

struct facet_set {
    struct facet_row rows[FACET_SET_MAX]; /* that stand */
    uint32_t count;
};

/* Takes in the rows of the saga; values are copied to the arena. NULL, or what is wrong: a facet
 * that begins stands already, or one that ends does not stand. */
const char *facet_set_take(struct facet_set *set, uint64_t saga, const struct rows *rows,
                           struct arena *arena);

/* Is the set what the saga's state says? */
bool facet_set_is_right(const struct facet_set *set, const struct saga *saga);

/* Does the saga know of itself what its state says, as far as it is not about labels? */
bool facet_set_is_counted(const struct saga *saga);

/* " kind=value ..." in the order of kinds and values. */
void facet_set_print(const struct facet_set *set, struct buf *out);

#endif
