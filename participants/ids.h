/* ids.h - ids of sagas: UUIDv7 (RFC 9562), each greater than all before it from the same maker. */
#ifndef PARTICIPANTS_IDS_H
#define PARTICIPANTS_IDS_H

#include "base/uuid.h"

enum {
    IDS_TEXT_SIZE = UUID_TEXT + 1, /* with the NUL */
    IDS_RANDOM_COUNT = 128,        /* numbers drawn from the system at once */
};

/* Random numbers, drawn from the system many at once: a system call costs more than a start does.
 * Used numbers are wiped and old ones thrown away, so that two copies of a machine (a snapshot, a
 * clone) do not make the same ids for long. A forked child has no use for them, for it cannot use
 * the client's sockets either. */
struct ids_random {
    uint64_t numbers[IDS_RANDOM_COUNT];
    uint32_t left;    /* not used yet, from the front */
    int64_t drawn_ms; /* when they were read */
};

/* Belongs to one thread. */
struct ids {
    struct ids_random random;
    int64_t last_ms;     /* of the last id that was made */
    uint32_t last_count; /* of the last id, within that millisecond */
};

void ids_open(struct ids *ids);
void ids_next(struct ids *ids, char text[IDS_TEXT_SIZE]);

#endif
