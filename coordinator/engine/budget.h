/* budget.h - what a saga may cost: looked at before each attempt of the way forward. */
#ifndef ENGINE_BUDGET_H
#define ENGINE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct step;
struct turn;

/* May the step's do be asked (again)? false: no, and the step has failed with budget_exceeded. */
bool budget_allows(struct turn *turn, struct step *step);

/* An undo has cost this much more: alerts when that goes past undo_max_cost_usd. */
void budget_watch_undo(struct turn *turn, const struct step *step, int64_t cost_micros);

#endif
