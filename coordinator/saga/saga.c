/* saga.c - the shape of a saga: its memory, its steps, and the reason why it goes back. */
#include "saga/saga.h"

#include "base/limits.h"
#include "base/mp.h"
#include "journal/record.h"
#include "saga/awake.h"

enum { VALUES_EXPECTED = 320 /* bytes */, STEPS_EXPECTED = 16 };

void step_open(struct step *step, struct saga *saga, const struct step_spec *spec)
{
    PRE(spec->name.size > 0);
    step->spec = spec;
    step->saga = saga;
    step->name = spec->name;
    step->state = STEP_STATE_PENDING;
    step->call_count = 1;
    static const enum task_kind kinds[CALL_COUNT] = {TASK_DO, TASK_UNDO, TASK_CHECK};
    for (uint32_t k = 0; k < CALL_COUNT; k++) {
        step->calls[k].step = step;
        step->calls[k].kind = kinds[k];
    }
}

bool saga_open_steps(struct saga *saga)
{
    const struct definition *definition = saga->definition;
    PRE(definition->step_count > 0 && definition->step_count <= LIMIT_STEPS);
    struct step *steps = arena_take(&saga->arena, definition->step_count * sizeof(struct step));
    uint32_t words = definition->step_count / 64 + 1;
    uint64_t *awake = arena_take(&saga->arena, words * sizeof(uint64_t));
    if (!steps || !awake) {
        return false;
    }
    saga->steps = steps;
    saga->awake = awake;
    saga->awake_room = words;
    saga->step_total = definition->step_count;
    for (uint32_t i = 0; i < definition->step_count; i++) {
        step_open(&steps[i], saga, &definition->steps[i]);
        steps[i].index = i;
        step_wake(&steps[i]);
    }
    return true;
}

/* The bytes that most sagas of the definition take from start to end: for themselves, and for an
 * attempt and some hundred bytes of values a step. */
static size_t size_expected(const struct definition *definition)
{
    PRE(definition->step_count > 0);
    size_t step = sizeof(struct step) + sizeof(struct attempt) + VALUES_EXPECTED;
    uint32_t count =
        definition->step_count < STEPS_EXPECTED ? definition->step_count : STEPS_EXPECTED;
    return sizeof(struct saga) + VALUES_EXPECTED + count * step;
}

struct saga *saga_new(const struct arena_source *source, uint64_t id, struct span name,
                      const struct definition *definition)
{
    PRE(definition->step_count > 0);
    struct arena arena;
    arena_open(&arena, source, (size_t)3 * LIMIT_SAGA_MEMORY); /* see room.c */
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

struct step *saga_item(const struct saga *saga, uint32_t step, uint32_t item)
{
    if (step >= saga->definition->step_count) {
        return NULL;
    }
    struct step *found = saga_step(saga, step);
    CHECK(found->index == step);
    if (item == 0) {
        return found;
    }
    return found->fan && item <= found->fan->room ? &found->fan->items[item - 1] : NULL;
}

void step_list_put(struct buf *list, const struct step *step)
{
    PRE(step->index < step->saga->step_total);
    const struct step *own = step->container ? step->container : step;
    record_list_put(list, own->index, step->container ? step->item + 1 : 0);
}

struct step *saga_step_of_record(const struct saga *saga, const struct record *record)
{
    PRE(saga->magic == SAGA_MAGIC);
    return (record->fields & 1) ? saga_item(saga, record->step, record->item) : NULL;
}

struct span saga_pack_reason(struct saga *saga, const struct record *record)
{
    uint8_t *bytes = arena_take(&saga->arena, record->code.size + record->message.size +
                                                  record->actor.size + LIMIT_STEP + 64);
    if (!bytes) {
        return (struct span){NULL, 0};
    }
    struct buf out = {.data = bytes,
                      .capacity = record->code.size + record->message.size + record->actor.size +
                                  LIMIT_STEP + 64};
    out.size_max = out.capacity;
    /* With a save-point the record names the step to go back to, and not the one that failed. */
    const struct step *step =
        (record->flags & FLAG_SAVE_POINT) ? NULL : saga_step_of_record(saga, record);
    mp_put_map(&out, 2 + (step ? 1u : 0) + (record->actor.size > 0 ? 1u : 0));
    mp_put_text(&out, "code");
    mp_put_str(&out, record->code);
    mp_put_text(&out, "message");
    mp_put_str(&out, record->message);
    if (step) {
        mp_put_text(&out, "step");
        mp_put_str(&out, step->name);
    }
    if (record->actor.size > 0) {
        mp_put_text(&out, "actor");
        mp_put_str(&out, record->actor);
    }
    CHECK(!buf_failed(&out) && out.data == bytes);
    return buf_span(&out);
}

struct span saga_reason_text(const struct saga *saga, const char *key)
{
    PRE(saga->magic == SAGA_MAGIC);
    struct span value = mp_find(saga->reason, span_text(key));
    struct mp mp = mp_open(value);
    return mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
}
