/* room.h - divides the memory that one saga may use among its steps, their results and their undos,
 * so that a saga can always be brought to an end. */
#ifndef ENGINE_ROOM_H
#define ENGINE_ROOM_H

#include <stdbool.h>
#include <stddef.h>

struct saga;

/* Is little enough of the saga's memory used for another step to begin? */
bool room_to_start(const struct saga *saga);

/* Is there room for a value of `size` bytes that a step or attempt which has begun brings? */
bool room_for(const struct saga *saga, size_t size);

/* Is there room for `size` more bytes of details that heartbeats carry? */
bool room_for_details(const struct saga *saga, size_t size);

/* Is there room to send an undo with an input of `size` bytes? */
bool room_to_undo(const struct saga *saga, size_t size);

#endif
