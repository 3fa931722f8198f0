/* view_load.c - memory of a saga that is only looked at. */
#include "view/view_load.h"

#include "base/arena.h"

static void *take_from_arena(size_t size, void *arg)
{
    return arena_take(arg, size);
}

static void give_nothing(void *chunk, size_t size, void *arg)
{
    (void)chunk;
    (void)size;
    (void)arg;
}

struct arena_source *view_load_source(struct arena *arena)
{
    struct arena_source *source = ARENA_NEW(arena, struct arena_source);
    if (source) {
        *source = (struct arena_source){take_from_arena, give_nothing, arena};
    }
    return source;
}
