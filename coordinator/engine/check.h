/* check.h - asking what became of a do, or an undo, that is in doubt without an attempt left. */
#ifndef ENGINE_CHECK_H
#define ENGINE_CHECK_H

#include <stdbool.h>

struct call;
struct step;
struct turn;

/* Has the action of the do or undo a check, and may that still know the outcome? */
bool check_is_left(const struct call *asked);

/* Asks the check about the call, which is in doubt without an attempt left. true = sent; false:
 * its answer or its next attempt is waited for, or it is busy with the step's do. */
bool check_ask(struct turn *turn, struct call *asked);

/* Calls the step's check off, unless something depends on its answer. */
void check_call_off(struct turn *turn, struct step *step);

#endif
