/* proceed.h - what follows from a saga's state: round after round, until nothing more can be done.
 */
#ifndef ENGINE_PROCEED_H
#define ENGINE_PROCEED_H

struct turn;

/* Does all that follows from the saga's state now, unless it is paused or final. */
void proceed(struct turn *turn);

#endif
