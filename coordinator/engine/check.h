/* check.h - asking what became of a do, or an undo, that is in doubt without an attempt left. */
#ifndef ENGINE_CHECK_H
#define ENGINE_CHECK_H

#include <stdbool.h>

struct call;
struct step;
struct turn;

/* Has the call's action a check that may still know? */
bool check_is_left(const struct call *asked);

/* Asks it about the call, which is in doubt without an attempt left; false: its answer, or its
 * turn, has to be waited for. */
bool check_ask(struct turn *turn, struct call *asked);

/* Calls the step's check off, unless something depends on it. */
void check_call_off(struct turn *turn, struct step *step);

#endif
