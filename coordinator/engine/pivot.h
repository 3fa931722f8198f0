/* pivot.h - the point of no return: is it passed, is it open, and what its success forgets. */
#ifndef ENGINE_PIVOT_H
#define ENGINE_PIVOT_H

#include <stdbool.h>

struct saga;
struct step;
struct turn;

bool pivot_has_succeeded(const struct saga *saga);

/* Whether it has taken effect is not known yet: the saga goes neither way. */
bool step_is_open_pivot(const struct step *step);

bool pivot_is_open(const struct saga *saga);

/* results.c, verbs.c */
/* Has the pivot succeeded although somebody wanted to turn back? Then forward it goes, and they
 * hear of it. */
void pivot_keep_forward(struct turn *turn, const struct step *step);

#endif
