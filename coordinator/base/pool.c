/* pool.c - lists of chunks by size. */
#include "base/pool.h"

#include <stdlib.h>

#include "base/check.h"

/* Under a sanitizer every chunk goes back to the heap, which tells of a use after its end. */
#if defined(__SANITIZE_ADDRESS__)
#define KEEPS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEEPS false
#endif
#endif
#ifndef KEEPS
#define KEEPS true
#endif

struct pool_chunk {
    struct pool_chunk *next;
};

/* Chunks of one class are all as large as its greatest. */
static size_t class_of(size_t size)
{
    return (size + POOL_UNIT - 1) / POOL_UNIT;
}

static void *take(size_t size, void *arg)
{
    struct pool *pool = arg;
    size_t class = class_of(size);
    if (class == 0 || class > POOL_CLASSES) {
        return malloc(size);
    }
    struct pool_chunk *chunk = pool->kept[class - 1];
    if (!chunk) {
        return malloc(class * POOL_UNIT);
    }
    pool->kept[class - 1] = chunk->next;
    pool->size -= class * POOL_UNIT;
    return chunk;
}

static void give(void *memory, size_t size, void *arg)
{
    struct pool *pool = arg;
    size_t class = class_of(size);
    struct pool_chunk *chunk = memory;
    bool fits =
        class > 0 && class <= POOL_CLASSES && class * POOL_UNIT <= pool->size_max - pool->size;
    if (!KEEPS || !fits) {
        free(memory);
        return;
    }
    chunk->next = pool->kept[class - 1];
    pool->kept[class - 1] = chunk;
    pool->size += class * POOL_UNIT;
    POST(pool->size <= pool->size_max);
}

void pool_open(struct pool *pool, size_t size_max)
{
    *pool =
        (struct pool){.source = {.take = take, .give = give, .arg = pool}, .size_max = size_max};
}

void pool_close(struct pool *pool)
{
    for (size_t i = 0; i < POOL_CLASSES; i++) {
        while (pool->kept[i]) {
            struct pool_chunk *chunk = pool->kept[i];
            pool->kept[i] = chunk->next;
            free(chunk);
        }
    }
    pool->size = 0;
}
