/* memory.c - look-ups in the state of a memory store. */
#include "store/memory.h"

struct memory *memory_of(const struct store *store)
{
    PRE(store != NULL);
    struct memory *memory = (struct memory *)(uintptr_t)store;
    PRE(memory->magic == MEMORY_MAGIC);
    return memory;
}

enum saga_error memory_check(const struct memory *memory)
{
    PRE(memory->magic == MEMORY_MAGIC);
    return memory->failure == SAGA_OK ? SAGA_OK : SAGA_STORE_FAILED;
}

size_t memory_saga_at(const struct memory *memory, uint64_t saga)
{
    size_t low = 0;
    size_t high = memory->saga_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memory->sagas[middle].head.saga < saga) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    POST(low <= memory->saga_count);
    return low;
}

struct memory_saga *memory_find_saga(const struct memory *memory, uint64_t saga)
{
    PRE(saga > 0);
    size_t at = memory_saga_at(memory, saga);
    if (at == memory->saga_count || memory->sagas[at].head.saga != saga) {
        return NULL;
    }
    return &memory->sagas[at];
}

struct memory_saga *memory_saga_named(const struct memory *memory, struct span text)
{
    const struct name *name = map_get(&memory->names, text);
    if (!name) {
        return NULL;
    }
    CHECK(name->saga > 0);
    struct memory_saga *saga = memory_find_saga(memory, name->saga);
    return saga && span_equal(saga->name, text) ? saga : NULL;
}
