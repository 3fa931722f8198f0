/* facet_rows.h - what lists find a saga by, besides its head: labels, cause, codes of errors,
 * states of steps and alerts, each as long as it stands. Rows of the store, in the batch of the
 * records that changed them. */
#ifndef ENGINE_FACET_ROWS_H
#define ENGINE_FACET_ROWS_H

#include <stdbool.h>

#include "base/check.h"

struct record;
struct saga;
struct turn;

/* A record was folded: notes what is to be looked at when the turn closes. */
void facet_rows_follow(struct turn *turn, const struct record *record);

/* Adds a row for each facet that has begun or ended in the turn. Sets turn->failed. */
void facet_rows_tell(struct turn *turn);

/* Takes in what a loaded saga is found by. is_known: the store has it; else all of it is told with
 * the saga's next turn. false: no memory. */
MUST_CHECK bool facet_rows_learn(struct saga *saga, bool is_known);

#endif
