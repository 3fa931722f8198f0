/* leave.h - which sagas leave memory, and when. */
#ifndef ENGINE_LEAVE_H
#define ENGINE_LEAVE_H

#include <stdint.h>

struct engine;
struct saga;
struct turn;

/* Until when the saga, which is due at due_ms, can sleep, as its head shall say; 0 = it stays
 * awake. */
int64_t leave_asleep_ms(const struct turn *turn, int64_t due_ms);

/* After a turn, or after loading: a saga that is final or can sleep leaves memory when all that
 * was decided by now has been released. */
void leave_later(struct engine *engine, struct saga *saga);

#endif
