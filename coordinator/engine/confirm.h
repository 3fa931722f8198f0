/* confirm.h - confirming what the steps of a committed saga have reserved. */
#ifndef ENGINE_CONFIRM_H
#define ENGINE_CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct step;
struct turn;

/* Is the step's confirmation asked for, and not decided? */
bool confirm_waits(const struct step *step);

/* Asks for all confirmations that are due, in the order of `needs`. *all: every step is
 * confirmed; *still: nothing runs, and nothing is due. true = something changed. */
bool confirm_go_on(struct turn *turn, bool *all, bool *still);

/* An attempt of a confirmation has failed; is_final: no other one follows. */
void confirm_failed(struct turn *turn, const struct call *confirm, bool is_final);

/* When the step's confirmation has failed, or was not answered, for so long that somebody should
 * know. INT64_MAX: never. */
int64_t confirm_stuck_ms(const struct step *step);

/* That time has come. */
void confirm_expire(struct turn *turn, struct step *step);

#endif
