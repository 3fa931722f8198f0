/* proceed.h - does all that a saga can do now: starts steps, sends undos and retries, ends the
 * saga. */
#ifndef ENGINE_PROCEED_H
#define ENGINE_PROCEED_H

struct turn;

/* Does, round after round, all that the saga can do now, until a round changes nothing. A saga that
 * is paused or final does nothing. */
void proceed(struct turn *turn);

#endif
