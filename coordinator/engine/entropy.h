/* entropy.h - random bytes that come with an event, as its time does. */
#ifndef ENGINE_ENTROPY_H
#define ENGINE_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

/* Tokens and salts are made of these bytes. */
struct entropy {
    const uint8_t *bytes; /* from the system's generator; in tests from a seeded one */
    size_t size;
    size_t used;
};

/* What one event may use at most: a token for an attempt of each step, another one for the undo of
 * an old key of it, and one salt. */
enum { ENTROPY_PER_EVENT = 16 * (2 * 1000 + 1) };

#endif
