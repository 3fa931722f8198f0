/* proceed.h - what follows from a saga's state: round after round, until nothing more can be done.
 */
#ifndef ENGINE_PROCEED_H
#define ENGINE_PROCEED_H

struct turn;

/* proceed.c, forward.c, backward.c: what follows from the state. */
void proceed(struct turn *turn);

#endif
