/* fault_memory.c - the allocator's doors, with a countdown in front. */
#include "lib/fault_memory.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

/* The linker's names: __wrap_x is called for x, and __real_x is what x was. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

/* Threads of the store allocate too. */
static atomic_ullong left; /* allocations up to the one that fails, with it; 0 = none will */
static atomic_bool is_counting;
static atomic_bool is_for_good;
static atomic_bool was_hit;

void fault_memory_begin(uint64_t at, bool for_good)
{
    PRE(at > 0);
    atomic_store(&left, at);
    atomic_store(&is_for_good, for_good);
    atomic_store(&was_hit, false);
    atomic_store(&is_counting, true);
}

void fault_memory_hold(bool hold)
{
    atomic_store(&is_counting, !hold);
}

bool fault_memory_end(void)
{
    atomic_store(&is_counting, false);
    atomic_store(&left, 0);
    return atomic_load(&was_hit);
}

static bool fails(void)
{
    if (!atomic_load(&is_counting)) {
        return false;
    }
    if (atomic_load(&was_hit)) {
        return atomic_load(&is_for_good);
    }
    if (atomic_load(&left) == 0 || atomic_fetch_sub(&left, 1) != 1) {
        return false;
    }
    atomic_store(&was_hit, true);
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = fails() ? NULL : __real_malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

/* ---- SQLite ---- */

/* SQLite wants to know how large a piece is: it stands in front. */
enum { HEAD = 16 };

static void *sqlite_malloc(int size)
{
    uint8_t *piece = fails() ? NULL : __real_malloc(HEAD + (size_t)size);
    if (!piece) {
        return NULL;
    }
    memcpy(piece, &size, sizeof(size));
    return piece + HEAD;
}

static void sqlite_free(void *piece)
{
    if (piece) {
        free((uint8_t *)piece - HEAD);
    }
}

static void *sqlite_realloc(void *old, int size)
{
    uint8_t *piece = fails() ? NULL : __real_realloc((uint8_t *)old - HEAD, HEAD + (size_t)size);
    if (!piece) {
        return NULL;
    }
    memcpy(piece, &size, sizeof(size));
    return piece + HEAD;
}

static int sqlite_size(void *piece)
{
    int size = 0;
    if (piece) {
        memcpy(&size, (uint8_t *)piece - HEAD, sizeof(size));
    }
    return size;
}

static int sqlite_round(int size)
{
    return (size + 7) & ~7;
}

static int sqlite_begin(void *arg)
{
    (void)arg;
    return SQLITE_OK;
}

static void sqlite_end(void *arg)
{
    (void)arg;
}

void fault_memory_sqlite(void)
{
    static const sqlite3_mem_methods methods = {
        .xMalloc = sqlite_malloc,
        .xFree = sqlite_free,
        .xRealloc = sqlite_realloc,
        .xSize = sqlite_size,
        .xRoundup = sqlite_round,
        .xInit = sqlite_begin,
        .xShutdown = sqlite_end,
    };
    CHECK(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK);
}
