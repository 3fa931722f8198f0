/* pool.h - a source of arenas' chunks that keeps what is given back, for the next who asks.
 *
 * Where arenas come and go by the thousand a second, each taken where the last one was given back,
 * their memory stays in the processor's cache and the heap is left alone. Larger chunks than
 * POOL_CHUNK_MAX, and more than size_max bytes in all, go back to the heap. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/arena.h"

enum { POOL_UNIT = 512, POOL_CHUNK_MAX = 64 * 1024, POOL_CLASSES = POOL_CHUNK_MAX / POOL_UNIT };

struct pool_chunk;

struct pool {
    struct arena_source source;            /* hand this to arenas; of one thread */
    struct pool_chunk *kept[POOL_CLASSES]; /* by size in units, the latest first */
    size_t size;                           /* bytes of what is kept */
    size_t size_max;                       /* bound over all */
};

/* An empty pool; the heap is asked when an arena asks. */
void pool_open(struct pool *pool, size_t size_max);
/* Gives back what is kept. What arenas still hold is theirs: they close before. */
void pool_close(struct pool *pool);

#endif
