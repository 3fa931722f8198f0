/* go_back.h - writes that a saga goes back from now on: which steps are undone, and why. */
#ifndef ENGINE_GO_BACK_H
#define ENGINE_GO_BACK_H

#include <stdbool.h>

struct record;
struct step;
struct turn;

/* Sends the saga back now: as a whole, or to the save-point that a person named before; `reason`
 * has the cause. Calls off the running dos of the steps that are to be undone. */
void go_back(struct turn *turn, const struct record *reason);

/* Sends the saga back because the step `failed` has failed, or (NULL) for the reason that somebody
 * gave for going back. */
void go_back_because(struct turn *turn, const struct step *failed);

/* For a saga on its way back to a save-point: sends it back as a whole if another step has failed
 * meanwhile, so that it cannot go forward from there, or if somebody wants the whole saga undone.
 * Returns false when neither is so. */
bool savepoint_widens(struct turn *turn);

#endif
