/* timers.h - what is due: one timer per saga, the earliest of all that its state waits for. */
#ifndef ENGINE_TIMERS_H
#define ENGINE_TIMERS_H

struct turn;

/* Does what is due in the saga; proceed() comes after. */
void expire(struct turn *turn);

#endif
