/* draw.h - a seeded generator of numbers (SplitMix64): for chance that can be repeated.
 *
 * No secret comes from here: those are the system's (digest.h). */
#ifndef BASE_DRAW_H
#define BASE_DRAW_H

#include <stdint.h>

/* The next number; *state is the generator, and may begin with any. */
static inline uint64_t draw_next(uint64_t *state)
{
    uint64_t word = *state += UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

#endif
