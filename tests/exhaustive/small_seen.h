/* small_seen.h - the states of one definition that were seen, by their digests. */
#ifndef TESTS_EXHAUSTIVE_SMALL_SEEN_H
#define TESTS_EXHAUSTIVE_SMALL_SEEN_H

#include <stdbool.h>
#include <stdint.h>

enum seen {
    SEEN_NEVER,
    SEEN_LATER, /* only after more events than now: more can follow than was looked at */
    SEEN_SOONER,
};

/* Empty again; allocates nothing. */
void small_seen_clear(void);
/* Takes down that a state was reached after so many events. Its answer is about the time before. */
enum seen small_seen(uint64_t digest, uint8_t events);
void small_seen_free(void);

#endif
