/* memories.h - what keys were answered with, kept for a while after all of their attempts are done.
 *
 * A task that is sent again then gets the same output. The caller, who finds memories by their
 * keys, drops the oldest ones to make room. */
#ifndef PARTICIPANTS_MEMORIES_H
#define PARTICIPANTS_MEMORIES_H

#include "base/check.h"
#include "base/error.h"
#include "participants/run.h"

enum {
    MEMORIES_MAX = 10000,              /* keys: what the SDKs promise to remember */
    MEMORIES_SIZE = 104,               /* of key and answer without allocating: 128 bytes in all */
    MEMORIES_BYTES_MAX = 16 * 1048576, /* of remembered answers that were allocated */
};

#define MEMORIES_NOWHERE UINT32_MAX

/* The answer of a key whose attempts are all done. Thousands of others come between two uses of one
 * memory, so it is small and has no pointers to follow. */
struct memory {
    uint32_t before, after; /* in order of remembering: places; MEMORIES_NOWHERE at the ends */
    uint32_t mark;          /* of the key, in the table of keys */
    uint32_t number;        /* attempt whose work gave the answer */
    uint32_t pairs_size;    /* bytes of the packed pairs */
    uint8_t key_size;
    uint8_t status;               /* enum answer_status */
    uint8_t pair_count;           /* of the packed pairs */
    bool is_large;                /* bytes holds a pointer to them */
    uint8_t bytes[MEMORIES_SIZE]; /* key, then the packed pairs */
};

_Static_assert(sizeof(struct memory) == 128, "two cache lines");

struct memories {
    struct memory *items; /* owned: MEMORIES_MAX */
    uint32_t fresh;       /* items that were ever used: those before this place */
    uint32_t free;        /* the first of the items that are free again, linked by `after` */
    uint32_t first;       /* oldest */
    uint32_t last;        /* newest */
    uint32_t count;       /* in use */
    size_t bytes;         /* allocated for them */
};

MUST_CHECK enum saga_error memories_open(struct memories *memories);
void memories_close(struct memories *memories);
/* Must the oldest memory be dropped before another one is put? */
static inline bool memories_are_full(const struct memories *memories)
{
    return memories->count == MEMORIES_MAX || memories->bytes > MEMORIES_BYTES_MAX;
}
/* Remembers what the run was answered with, and gives the place of that memory; MEMORIES_NOWHERE
 * when malloc() fails. The caller has made room. */
uint32_t memories_put(struct memories *memories, const struct run *run);
/* Writes the answer at this place into a run of its key. False when malloc() fails. */
MUST_CHECK bool memories_recall(const struct memories *memories, uint32_t at, struct run *run);
/* Forgets the answer at this place. */
void memories_drop(struct memories *memories, uint32_t at);
/* The key at this place; borrowed until that is dropped. */
struct span memories_key(const struct memories *memories, uint32_t at);

#endif
