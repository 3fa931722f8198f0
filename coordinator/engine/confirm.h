/* confirm.h - after the commit of an open saga: asks participants to confirm what its steps
 * reserved. */
#ifndef ENGINE_CONFIRM_H
#define ENGINE_CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct step;
struct turn;

/* Has the step's confirmation been sent, and not been answered for good yet (it runs, or waits for
 * a retry)? */
bool confirm_waits(const struct step *step);

/* Sends all confirmations that are due; the one of a step follows those of the steps that it needs.
 * *all: every step is confirmed. *still: no confirmation runs and none is due, so that only a
 * person can move the saga. Returns true when anything was sent. */
bool confirm_go_on(struct turn *turn, bool *all, bool *still);

/* Called when an attempt of a confirmation has failed: parks the step when is_final (no other
 * attempt follows), else alerts when too many attempts have failed. */
void confirm_failed(struct turn *turn, const struct call *confirm, bool is_final);

/* The running time in ms at which the step's confirmation has gone unconfirmed for so long that a
 * person is alerted. INT64_MAX: never. */
int64_t confirm_stuck_ms(const struct step *step);

/* Alerts a person if the time of confirm_stuck_ms() has come. */
void confirm_expire(struct turn *turn, struct step *step);

#endif
