/* park.h - parks steps and undos: marks them as standing still until a person acts, and raises an
 * alert. */
#ifndef ENGINE_PARK_H
#define ENGINE_PARK_H

#include "journal/states.h"

struct step;
struct turn;

/* Parks one call of the step (its do, undo or confirmation, as kind says), with this code (a
 * literal), and alerts a person. */
void park(struct turn *turn, struct step *step, enum task_kind kind, const char *code);

/* Settles the step as kept: its effect stays and nobody undoes it, because there is nothing to
 * undo, the step cannot be undone, or a person accepted that. */
void keep_step(struct turn *turn, const struct step *step);

/* Parks a step whose do was answered `later` and may act without an end: the undo cannot be sent
 * before a person has finished that do. */
void park_unfinished(struct turn *turn, struct step *step);

/* Parks the step's undo, which has no attempt left, with the code that says why. */
void park_undo(struct turn *turn, struct step *step);

/* Marks the step's undo as stuck, which means that it has failed for long, and alerts a person
 * once; the undos of other steps do not wait for this one any more. */
void park_stuck(struct turn *turn, struct step *step);

#endif
