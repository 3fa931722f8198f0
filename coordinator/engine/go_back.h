/* go_back.h - a saga begins to go back: which steps, how far, and why. */
#ifndef ENGINE_GO_BACK_H
#define ENGINE_GO_BACK_H

#include <stdbool.h>

struct record;
struct step;
struct turn;

/* The saga goes back now, as a whole or to the save-point that a person named; the record says
 * why. Attempts of steps that are undone are called off. */
void go_back(struct turn *turn, const struct record *reason);

/* The saga goes back because of the step that failed, or (NULL) for the reason that is wanted. */
void go_back_because(struct turn *turn, const struct step *failed);

/* The saga, on its way to a save-point, goes back as a whole when it cannot go forward from
 * there, or somebody wants that; false: neither is so. */
bool savepoint_widens(struct turn *turn);

#endif
