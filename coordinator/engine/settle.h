/* settle.h - what follows from a saga's state: round after round, until nothing more can be done.
 */
#ifndef ENGINE_SETTLE_H
#define ENGINE_SETTLE_H

struct turn;

/* settle.c, forward.c, backward.c: what follows from the state. */
void settle(struct turn *turn);

#endif
