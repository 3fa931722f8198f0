/* small_image.c - blocks from front to back of one piece of memory.
 *
 *   [head|bytes][head|bytes][head|bytes] ... end
 *
 * A block that is freed is used again once all blocks behind it are free too: most memory of an
 * engine is freed in the inverse order. AddressSanitizer sees every byte as bad that is not part of
 * a block in use, so the heads stand guard between the blocks. */
#include "small_image.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#define IS_WATCHED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_WATCHED true
#endif
#endif
#ifdef IS_WATCHED
#include <sanitizer/asan_interface.h>
#define UNWATCHED __attribute__((no_sanitize("address")))
#else
#define IS_WATCHED false
#define UNWATCHED
#define ASAN_POISON_MEMORY_REGION(bytes, size)   ((void)(bytes), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(bytes, size) ((void)(bytes), (void)(size))
#endif

enum { PIECE_SIZE = 1 << 25, ALIGNMENT = 16 };

#define NOWHERE UINT32_MAX

struct block {
    uint32_t size;   /* bytes asked for */
    uint32_t before; /* where the block before this one begins; NOWHERE = this is the first */
    bool is_free;
    uint8_t unused[7];
};

_Static_assert(sizeof(struct block) == ALIGNMENT, "what follows a head is aligned");

static _Alignas(ALIGNMENT) uint8_t piece[PIECE_SIZE];
static uint32_t newest = NOWHERE; /* where the last block begins */
static bool is_on;

/* The linker's names: __wrap_x is called for x, and __real_x is what x was. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *memory);

static struct block *block_at(uint32_t at)
{
    return (struct block *)(void *)(piece + at);
}

static uint32_t place_of(const void *memory)
{
    return (uint32_t)((const uint8_t *)memory - piece) - (uint32_t)sizeof(struct block);
}

UNWATCHED static uint32_t block_end(uint32_t at)
{
    uint32_t size = (uint32_t)sizeof(struct block) + block_at(at)->size;
    return at + (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

UNWATCHED static uint32_t piece_end(void)
{
    return newest == NOWHERE ? 0 : block_end(newest);
}

static bool is_ours(const void *memory)
{
    return (const uint8_t *)memory >= piece && (const uint8_t *)memory < piece + PIECE_SIZE;
}

/* ---- the doors of the allocator ---- */

UNWATCHED void *__wrap_malloc(size_t size)
{
    if (!is_on) {
        return __real_malloc(size);
    }
    uint32_t at = piece_end();
    if (size > PIECE_SIZE - sizeof(struct block) - ALIGNMENT - at) {
        return NULL;
    }
    *block_at(at) = (struct block){.size = (uint32_t)size, .before = newest};
    newest = at;
    ASAN_UNPOISON_MEMORY_REGION(block_at(at) + 1, size);
    return block_at(at) + 1;
}

void *__wrap_calloc(size_t count, size_t size)
{
    if (!is_on) {
        return __real_calloc(count, size);
    }
    size_t all = 0;
    void *memory = __builtin_mul_overflow(count, size, &all) ? NULL : __wrap_malloc(all);
    return memory ? memset(memory, 0, all) : NULL;
}

UNWATCHED void __wrap_free(void *memory)
{
    if (!is_ours(memory)) {
        __real_free(memory);
        return;
    }
    struct block *block = block_at(place_of(memory));
    CHECK(!block->is_free);
    block->is_free = true;
    ASAN_POISON_MEMORY_REGION(memory, block->size);
    while (newest != NOWHERE && block_at(newest)->is_free) {
        newest = block_at(newest)->before;
    }
}

UNWATCHED void *__wrap_realloc(void *old, size_t size)
{
    if (old ? !is_ours(old) : !is_on) {
        return __real_realloc(old, size);
    }
    uint32_t old_size = old ? block_at(place_of(old))->size : 0;
    void *memory = __wrap_malloc(size);
    if (memory && old) {
        memcpy(memory, old, old_size < size ? old_size : size);
        __wrap_free(old);
    }
    return memory;
}

/* ---- images ---- */

void small_image_begin(void)
{
    PRE(!is_on && newest == NOWHERE);
    ASAN_POISON_MEMORY_REGION(piece, PIECE_SIZE);
    is_on = true;
}

void small_image_end(void)
{
    is_on = false;
    must(newest == NOWHERE, "leak");
}

void small_image_hold(bool hold)
{
    is_on = !hold;
}

/* As malloc() and free() left it. */
UNWATCHED static void watch(void)
{
    ASAN_POISON_MEMORY_REGION(piece, piece_end());
    for (uint32_t at = newest; IS_WATCHED && at != NOWHERE; at = block_at(at)->before) {
        size_t size = block_at(at)->is_free ? 0 : block_at(at)->size;
        ASAN_UNPOISON_MEMORY_REGION(block_at(at) + 1, size);
    }
}

/* The lists behind the other fields are as long as their counts say. */
static void copy_world(struct small *to, const struct small *from)
{
    memcpy(to, from, offsetof(struct small, rows));
    memcpy(to->rows, from->rows, from->row_count * sizeof(*from->rows));
    memcpy(to->tasks, from->tasks, from->task_count * sizeof(*from->tasks));
    memcpy(to->children, from->children, from->child_count * sizeof(*from->children));
}

void small_image_save(struct small_image *image, const struct small *world)
{
    size_t size = piece_end();
    if (size > image->room) {
        image->room = 2 * size;
        image->bytes = __real_realloc(image->bytes, image->room);
    }
    if (!image->world) {
        image->world = __real_malloc(sizeof(*image->world));
    }
    must(image->bytes && image->world, "memory");
    ASAN_UNPOISON_MEMORY_REGION(piece, size);
    memcpy(image->bytes, piece, size);
    image->size = size;
    image->newest = newest;
    copy_world(image->world, world);
    watch();
}

void small_image_restore(const struct small_image *image, struct small *world)
{
    size_t size = piece_end();
    ASAN_POISON_MEMORY_REGION(piece, size);
    ASAN_UNPOISON_MEMORY_REGION(piece, image->size);
    memcpy(piece, image->bytes, image->size);
    newest = image->newest;
    copy_world(world, image->world);
    watch();
}

void small_image_free(struct small_image *image)
{
    __real_free(image->bytes);
    __real_free(image->world);
    *image = (struct small_image){0};
}
