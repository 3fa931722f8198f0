/* budget.h - limits on the money that a saga may cost, checked before each attempt of a do. */
#ifndef ENGINE_BUDGET_H
#define ENGINE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct step;
struct turn;

/* May the next attempt of the step's do be sent, as far as the budgets of saga and step go? Returns
 * false when not: then the step has failed with the code budget_exceeded. */
bool budget_allows(struct turn *turn, struct step *step);

/* Called after an undo has cost cost_micros: alerts a person once, when this cost takes the sum of
 * all undos of the saga past undo_max_cost_usd. */
void budget_watch_undo(struct turn *turn, const struct step *step, int64_t cost_micros);

#endif
