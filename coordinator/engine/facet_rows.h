/* facet_rows.h - rows that let lists find a saga by more than its head: its labels, cause, error
 * codes, and that a step is parked, in doubt or waits, or an alert stands. A row is written when
 * one of these facets begins and another when it ends, in the batch of the records that changed it.
 */
#ifndef ENGINE_FACET_ROWS_H
#define ENGINE_FACET_ROWS_H

#include <stdbool.h>

#include "base/check.h"

struct record;
struct saga;
struct turn;

/* Called after each record of the turn: notes which steps the record may have changed, to be looked
 * at when the turn closes. */
void facet_rows_follow(struct turn *turn, const struct record *record);

/* Adds to the batch a row for each facet that has begun or ended in the turn. When memory runs out
 * turn->failed is set. */
void facet_rows_tell(struct turn *turn);

/* Works out the facets of a saga that was just loaded. is_known: the store has rows for them; else
 * the saga's next turn writes rows for all of them. Returns false when memory runs out. */
MUST_CHECK bool facet_rows_learn(struct saga *saga, bool is_known);

#endif
