/* park.h - what needs a person: steps and undos that nothing else can move. */
#ifndef ENGINE_PARK_H
#define ENGINE_PARK_H

#include "journal/states.h"

struct step;
struct turn;

/* Parks the step's do or undo (kind), with this code (a literal), and alerts. */
void park(struct turn *turn, struct step *step, enum task_kind kind, const char *code);

/* Its effect stands, and nobody undoes it: there is nothing to undo, or somebody accepted that. */
void keep_step(struct turn *turn, const struct step *step);

/* Parks a step with an attempt that answered `later` and may act for ever: its undo cannot go. */
void park_unfinished(struct turn *turn, struct step *step);

/* Parks an undo that has no attempt left, with the code that says why. */
void park_undo(struct turn *turn, struct step *step);

/* Alerts once that an undo fails for long; others need not wait for that undo any more. */
void park_stuck(struct turn *turn, struct step *step);

#endif
