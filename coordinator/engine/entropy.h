/* entropy.h - random bytes that come into the engine with each event, as the time does, because the
 * engine itself draws none. */
#ifndef ENGINE_ENTROPY_H
#define ENGINE_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

/* The tokens of attempts and the salts of payloads are taken from these bytes, one after the other.
 */
struct entropy {
    const uint8_t *bytes; /* from the system's random generator; in tests from a seeded one */
    size_t size;
    size_t used;
};

/* The bytes that one event uses at most: per step a 16-byte token for an attempt and another for
 * the undo of an old key's late effect, and one salt. */
enum { ENTROPY_PER_EVENT = 16 * (2 * 1000 + 1) };

#endif
