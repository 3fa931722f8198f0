/* room.h - what a saga's memory is for, so that it never runs out of it. */
#ifndef ENGINE_ROOM_H
#define ENGINE_ROOM_H

#include <stdbool.h>
#include <stddef.h>

struct saga;

/* May something begin that will bring values with it? */
bool room_to_start(const struct saga *saga);

/* Can a value of that size be taken that comes of what has begun? */
bool room_for(const struct saga *saga, size_t size);

/* Can so many more bytes be kept of what heartbeats say? */
bool room_for_details(const struct saga *saga, size_t size);

/* Can an undo be told so much? */
bool room_to_undo(const struct saga *saga, size_t size);

#endif
