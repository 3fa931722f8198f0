/* room.h - what a saga's memory is for, so that the saga never runs out of memory. */
#ifndef ENGINE_ROOM_H
#define ENGINE_ROOM_H

#include <stdbool.h>
#include <stddef.h>

struct saga;

/* May a step begin, which will bring values with it? */
bool room_to_start(const struct saga *saga);

/* Can a value of that size be taken, from something that has begun? */
bool room_for(const struct saga *saga, size_t size);

/* Can so many more bytes be kept of the details of heartbeats? */
bool room_for_details(const struct saga *saga, size_t size);

/* Can an undo be sent with an input of that size? */
bool room_to_undo(const struct saga *saga, size_t size);

#endif
