/* check.h - asks a participant, by the `check` action, whether a do or an undo took effect: when
 * its outcome is in doubt and it has no attempt left. */
#ifndef ENGINE_CHECK_H
#define ENGINE_CHECK_H

#include <stdbool.h>

struct call;
struct step;
struct turn;

/* Does the definition give a check for this do or undo, and has that check not been used up without
 * an answer? */
bool check_is_left(const struct call *asked);

/* Sends the check that asks about the call `asked`, whose outcome is in doubt and which has no
 * attempt left. Returns false when nothing was sent: the check has been asked already or waits for
 * its retry, it is busy with the step's do, or the turn has no room for another attempt. */
bool check_ask(struct turn *turn, struct call *asked);

/* Calls off the step's check, unless somebody still waits for its answer. */
void check_call_off(struct turn *turn, struct step *step);

#endif
