/* go_back.h - turning a saga back, and why. */
#ifndef ENGINE_GO_BACK_H
#define ENGINE_GO_BACK_H

#include <stdbool.h>

struct record;
struct step;
struct turn;

/* Turns the saga back now. chosen/accept: packed lists or empty. */
void go_back(struct turn *turn, const struct record *reason);

/* Turns it back for what failed, or (NULL) for the turn that is wanted. */
void go_back_because(struct turn *turn, const struct step *failed);

/* Turns the whole saga back when it cannot go forward from the save-point; false: it can. */
bool savepoint_widens(struct turn *turn);

#endif
