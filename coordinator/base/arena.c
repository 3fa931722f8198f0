/* arena.c - chunks from a source, handed out from front to back.
 *
 *   chunks ─► [head|used|at … end] ─► [head|full] ─► [head|one large piece] ─► NULL
 *
 * Chunks of 1 KiB to 64 KiB, the larger the more there is already: a small saga costs one small
 * chunk, a large one few calls.
 * A piece larger than that has a chunk of its own behind the first one, whose rest stays usable. */
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum {
    CHUNK_MIN = 1024,
    CHUNK_MAX = 64 * 1024,
    ALIGNMENT = 8,
};

struct arena_chunk {
    struct arena_chunk *next; /* older */
    size_t size;              /* bytes, with this head */
};

_Static_assert(sizeof(struct arena_chunk) % ALIGNMENT == 0, "pieces after the head are aligned");

static void *heap_take(size_t size, void *arg)
{
    (void)arg;
    return malloc(size);
}

static void heap_give(void *chunk, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    free(chunk);
}

const struct arena_source arena_heap = {.take = heap_take, .give = heap_give, .arg = NULL};

void arena_open(struct arena *arena, const struct arena_source *source, size_t size_max)
{
    PRE(source != NULL);
    *arena = (struct arena){.source = source, .size_max = size_max};
}

static void give_from(struct arena *arena, struct arena_chunk *chunk)
{
    while (chunk) {
        struct arena_chunk *next = chunk->next;
        arena->size -= chunk->size;
        arena->source->give(chunk, chunk->size, arena->source->arg);
        chunk = next;
    }
}

void arena_close(struct arena *arena)
{
    give_from(arena, arena->chunks);
    POST(arena->size == 0);
    arena->chunks = NULL;
    arena->at = NULL;
    arena->end = NULL;
}

void arena_reset(struct arena *arena)
{
    struct arena_chunk *kept = arena->chunks;
    if (!kept) {
        return;
    }
    give_from(arena, kept->next);
    kept->next = NULL;
    POST(arena->size == kept->size);
    arena->at = (uint8_t *)(kept + 1);
    arena->end = (uint8_t *)kept + kept->size;
}

/* A chunk of `size` bytes in all, not linked yet; NULL when the bound or the source says no. */
static struct arena_chunk *chunk_new(struct arena *arena, size_t size)
{
    if (arena->size > arena->size_max || size > arena->size_max - arena->size) {
        return NULL;
    }
    struct arena_chunk *chunk = arena->source->take(size, arena->source->arg);
    if (!chunk) {
        return NULL;
    }
    *chunk = (struct arena_chunk){.next = NULL, .size = size};
    arena->size += size;
    return chunk;
}

/* The next size in the row 1 KiB ... 64 KiB that holds `needed`, or `needed` beyond it. */
static size_t size_next(const struct arena *arena, size_t needed)
{
    size_t size = CHUNK_MIN;
    while ((size < needed || size < arena->size / 2) && size < CHUNK_MAX) {
        size *= 2;
    }
    return size < needed ? needed : size;
}

/* A piece of `size` bytes (aligned already) from a new chunk. */
static void *take_chunk(struct arena *arena, size_t size)
{
    size_t needed = sizeof(struct arena_chunk) + size;
    size_t chunk_size = size_next(arena, needed);
    /* Close to the bound the exact size may still fit where a whole chunk does not. */
    if (arena->size_max > arena->size && chunk_size > arena->size_max - arena->size) {
        chunk_size = needed;
    }
    struct arena_chunk *chunk = chunk_new(arena, chunk_size);
    if (!chunk) {
        return NULL;
    }
    uint8_t *piece = (uint8_t *)(chunk + 1);
    if (chunk_size == needed && arena->chunks) {
        chunk->next = arena->chunks->next;
        arena->chunks->next = chunk;
        return piece;
    }
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->at = piece + size;
    arena->end = (uint8_t *)chunk + chunk_size;
    return piece;
}

/* As arena_take(), but with whatever was there before. */
static void *take_raw(struct arena *arena, size_t size)
{
    PRE(arena->source != NULL);
    if (size > arena->size_max) {
        arena->ran_dry = true;
        return NULL;
    }
    /* An empty piece still has an address of its own, so that NULL only ever means failure. */
    size_t rounded = size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    uint8_t *piece = arena->at;
    if (rounded <= (size_t)(arena->end - arena->at)) {
        arena->at += rounded;
    } else {
        piece = take_chunk(arena, rounded);
    }
    if (!piece) {
        arena->ran_dry = true;
    }
    return piece;
}

void *arena_take(struct arena *arena, size_t size)
{
    void *piece = take_raw(arena, size);
    return piece ? memset(piece, 0, size) : NULL;
}

void arena_expect(struct arena *arena, size_t size)
{
    PRE(!arena->chunks);
    struct arena_chunk *chunk = chunk_new(arena, sizeof(struct arena_chunk) + size);
    if (!chunk) {
        return;
    }
    arena->chunks = chunk;
    arena->at = (uint8_t *)(chunk + 1);
    arena->end = arena->at + size;
}

struct span arena_copy(struct arena *arena, struct span bytes, bool *ok)
{
    if (bytes.size == 0) {
        return (struct span){NULL, 0};
    }
    uint8_t *copy = take_raw(arena, bytes.size);
    if (!copy) {
        *ok = false;
        return (struct span){NULL, 0};
    }
    memcpy(copy, bytes.data, bytes.size);
    return span_of(copy, bytes.size);
}
