/* wait_over.h - a waiting step whose time has come. */
#ifndef ENGINE_WAIT_OVER_H
#define ENGINE_WAIT_OVER_H

#include <stdbool.h>

struct step;
struct turn;

/* Ends the wait of a step whose time has come; false: it has not come. */
bool wait_is_over(struct turn *turn, const struct step *step);

#endif
