/* saga.c - the shape of a saga: its memory, its steps, and the reason why it goes back. */
#include "saga/saga.h"

#include "base/limits.h"
#include "base/mp.h"
#include "journal/record.h"
#include "saga/attempt.h"
#include "saga/awake.h"

enum { VALUES_EXPECTED = 320 /* bytes */, STEPS_EXPECTED = 16 };
enum { WORD_BITS = 64 }; /* how many steps one word of the bit set saga->awake holds */

bool saga_open_steps(struct saga *saga)
{
    const struct definition *definition = saga->definition;
    PRE(definition->step_count <= LIMIT_STEPS);
    struct step *steps = arena_take(&saga->arena, definition->step_count * sizeof(struct step));
    uint32_t words = definition->step_count / 64 + 1;
    uint64_t *awake = arena_take(&saga->arena, words * sizeof(uint64_t));
    if (!steps || !awake) {
        return false;
    }
    saga->steps = steps;
    saga->awake = awake;
    saga->awake_room = words;
    saga->row_count = definition->step_count;
    saga->step_total = definition->step_count;
    for (uint32_t i = 0; i < definition->step_count; i++) {
        step_open(&steps[i], saga, &definition->steps[i]);
        steps[i].index = i;
        step_wake(&steps[i]);
    }
    return true;
}

bool saga_make_room(struct saga *saga, uint32_t total)
{
    PRE(total >= saga->row_count);
    uint32_t count = total - saga->row_count;
    uint32_t words = total / WORD_BITS + 1;
    if (count > saga->item_room) {
        uint32_t room = count + saga->item_room;
        struct step **items = arena_take(&saga->arena, room * sizeof(struct step *));
        if (!items) {
            return false;
        }
        if (saga->item_room > 0) {
            memcpy(items, saga->items, saga->item_room * sizeof(struct step *));
        }
        saga->items = items;
        saga->item_room = room;
    }
    if (words > saga->awake_room) {
        uint64_t *awake = arena_take(&saga->arena, 2 * words * sizeof(uint64_t));
        if (!awake) {
            return false;
        }
        memcpy(awake, saga->awake, saga->awake_room * sizeof(uint64_t));
        saga->awake = awake;
        saga->awake_room = 2 * words;
    }
    return true;
}

/* How many bytes most sagas of the definition need from start to end: for themselves, and for each
 * step an attempt and some hundred bytes of values. */
static size_t size_expected(const struct definition *definition)
{
    PRE(definition->step_count <= LIMIT_STEPS);
    size_t step = sizeof(struct step) + sizeof(struct attempt) + VALUES_EXPECTED;
    uint32_t count =
        definition->step_count < STEPS_EXPECTED ? definition->step_count : STEPS_EXPECTED;
    return sizeof(struct saga) + VALUES_EXPECTED + count * step;
}

struct saga *saga_new(const struct arena_source *source, uint64_t id, struct span name,
                      const struct definition *definition)
{
    PRE(definition != NULL);
    struct arena arena;
    arena_open(&arena, source, (size_t)3 * LIMIT_SAGA_MEMORY); /* why three times: engine/room.c */
    arena_expect(&arena, size_expected(definition));
    bool ok = true;
    struct saga *saga = ARENA_NEW(&arena, struct saga);
    struct span kept = arena_copy(&arena, name, &ok);
    if (!saga || !ok) {
        arena_close(&arena);
        return NULL;
    }
    saga->magic = SAGA_MAGIC;
    saga->id = id;
    saga->arena = arena;
    saga->name = kept;
    saga->definition = definition;
    if (!saga_open_steps(saga)) {
        saga_destroy(&saga);
    }
    return saga;
}

void saga_destroy(struct saga **saga)
{
    if (*saga) {
        PRE((*saga)->magic == SAGA_MAGIC);
        struct arena arena = (*saga)->arena;
        (*saga)->magic = 0;
        arena_close(&arena);
        *saga = NULL;
    }
}
