/* wait_over.h - ends the wait of a step whose time has come. */
#ifndef ENGINE_WAIT_OVER_H
#define ENGINE_WAIT_OVER_H

#include <stdbool.h>

struct step;
struct turn;

/* Ends the step's wait if its time has come; returns false when it has not. */
bool wait_is_over(struct turn *turn, const struct step *step);

#endif
