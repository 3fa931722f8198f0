/* budget.h - what a saga may cost: looked at before each attempt of the way forward. */
#ifndef ENGINE_BUDGET_H
#define ENGINE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct step;
struct turn;

/* May the next attempt of the step's do be sent? false: no, and the step has failed with
 * budget_exceeded. */
bool budget_allows(struct turn *turn, struct step *step);

/* An undo has cost so much: alerts when all undos together go past undo_max_cost_usd with that. */
void budget_watch_undo(struct turn *turn, const struct step *step, int64_t cost_micros);

#endif
