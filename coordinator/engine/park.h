/* park.h - what needs a person: steps and undos that nothing else can move. */
#ifndef ENGINE_PARK_H
#define ENGINE_PARK_H

#include "journal/states.h"

struct step;
struct turn;

void park(struct turn *turn, struct step *step, enum task_kind kind, const char *code);

/* An attempt that answered `later` may act for ever, so the undo cannot go. */
void park_unfinished(struct turn *turn, struct step *step);

/* No attempt of the undo is left: parks it, and says why. */
void park_undo(struct turn *turn, struct step *step);

/* Alerts once that an undo fails for long; others need not wait for it any more. */
void park_stuck(struct turn *turn, struct step *step);

#endif
