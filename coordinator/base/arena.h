/* arena.h - memory that is taken piece by piece and given back as a whole.
 *
 * The engine allocates from nothing else. A source hands out chunks: the heap in the daemon, a
 * counting one with a fault countdown in tests. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* Where chunks come from. Both may be called from one thread at a time per source. */
struct arena_source {
    /* size bytes, aligned for anything, or NULL. Not zeroed. */
    void *(*take)(size_t size, void *arg);
    void (*give)(void *chunk, size_t size, void *arg);
    void *arg;
};

/* malloc and free. */
extern const struct arena_source arena_heap;

struct arena_chunk;

struct arena {
    const struct arena_source *source; /* borrowed for the arena's life */
    struct arena_chunk *chunks;        /* newest first */
    uint8_t *at;                       /* next free byte of the newest chunk */
    uint8_t *end;                      /* the end of the newest chunk */
    size_t size;                       /* bytes of all chunks */
    size_t size_max;                   /* bound over all chunks */
    bool ran_dry;                      /* a take has given NULL since it was opened */
};

/* An empty arena; takes no memory yet. */
void arena_open(struct arena *arena, const struct arena_source *source, size_t size_max);
/* Takes the first chunk of an arena that is still empty, large enough for about `size` bytes, so
 * that they lie in one piece of memory rather than several. When there is none, the takes will say
 * so. */
void arena_expect(struct arena *arena, size_t size);
/* Gives all chunks back. */
void arena_close(struct arena *arena);
/* Forgets the content; keeps one chunk. */
void arena_reset(struct arena *arena);
/* Zeroed, aligned to 8; NULL when the source or the bound says no. size may be 0. */
void *arena_take(struct arena *arena, size_t size);
/* A copy of the bytes; {NULL, 0} for an empty span. *ok is set to false on failure, else kept. */
struct span arena_copy(struct arena *arena, struct span bytes, bool *ok);

#define ARENA_NEW(arena, type) ((type *)arena_take((arena), sizeof(type)))

#endif
