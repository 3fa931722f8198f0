/* timers.h - acts on what is due in a saga: time-outs, deadlines and time limits that have passed.
 */
#ifndef ENGINE_TIMERS_H
#define ENGINE_TIMERS_H

struct turn;

/* Acts on all that has become due in the saga; the caller calls proceed() afterwards. */
void expire(struct turn *turn);

#endif
