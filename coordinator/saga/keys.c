/* keys.c - makes idempotency keys and the names of child sagas, and finds the step that one
 * names. */
#include "saga/keys.h"

#include "saga/fan.h"
#include "saga/saga.h"

int32_t saga_step_named(const struct saga *saga, struct span name)
{
    PRE(saga->magic == SAGA_MAGIC);
    if (name.size == 0 || name.data[name.size - 1] != ']') {
        return definition_step(saga->definition, name);
    }
    size_t end = name.size - 1;
    size_t at = end;
    uint32_t item = 0;
    while (at > 0 && name.data[at - 1] >= '0' && name.data[at - 1] <= '9') {
        at--;
    }
    bool is_place = at > 0 && name.data[at - 1] == '[' && end > at && end - at < 6 &&
                    (name.data[at] != '0' || end - at == 1);
    for (size_t i = at; i < end && is_place; i++) {
        item = item * 10 + (uint32_t)(name.data[i] - '0');
    }
    int32_t index = is_place ? definition_step(saga->definition, span_of(name.data, at - 1)) : -1;
    const struct fan *fan = index < 0 ? NULL : saga_step(saga, (uint32_t)index)->fan;
    return fan && item < fan->count ? (int32_t)fan->items[item].index : -1;
}

struct span step_do_key(struct step *step)
{
    struct call *done = step_call(step, TASK_DO);
    PRE(done->step == step);
    return done->key.size > 0 ? done->key : call_key(done, 1);
}

/* Writes the part of a key that tells its run: "~2" for the second run; nothing for the first. */
static struct span run_suffix(uint32_t run, char room[16])
{
    PRE(run > 0);
    size_t size = 0;
    if (run > 1) {
        room[size++] = '~';
        char digits[10];
        size_t count = 0;
        for (uint32_t rest = run; rest > 0; rest /= 10) {
            digits[count++] = (char)('0' + rest % 10);
        }
        while (count > 0) {
            room[size++] = digits[--count];
        }
    }
    POST(size < 16);
    return span_of(room, size);
}

/* Joins the parts, in the saga's arena; empty = no memory. */
static struct span join(struct saga *saga, const struct span *parts, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += parts[i].size;
    }
    uint8_t *text = arena_take(&saga->arena, size);
    if (!text) {
        return (struct span){NULL, 0};
    }
    uint8_t *at = text;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > 0) {
            memcpy(at, parts[i].data, parts[i].size);
            at += parts[i].size;
        }
    }
    POST((size_t)(at - text) == size);
    return span_of(text, size);
}

struct span call_key(const struct call *call, uint32_t run)
{
    PRE(run > 0);
    struct saga *saga = call->step->saga;
    char room[16];
    const struct span parts[] = {saga->name,       span_of("/", 1),
                                 call->step->name, run_suffix(run, room),
                                 span_of("/", 1),  span_text(task_kind_name(call->kind))};
    return join(saga, parts, ARRAY_COUNT(parts));
}

struct span step_child_name(const struct step *step, uint32_t run)
{
    PRE(run > 0);
    char room[16];
    const struct span parts[] = {step->saga->name, span_of("~", 1), step->name,
                                 run_suffix(run, room)};
    return join(step->saga, parts, ARRAY_COUNT(parts));
}

struct step *saga_step_of_key(struct saga *saga, struct span key)
{
    PRE(saga->name.size > 0);
    size_t from = saga->name.size + 1;
    size_t end = from;
    while (end < key.size && key.data[end] != '/' && key.data[end] != '~') {
        end++;
    }
    bool is_ours = end < key.size && key.data[from - 1] == '/' &&
                   memcmp(key.data, saga->name.data, saga->name.size) == 0;
    int32_t index = is_ours ? saga_step_named(saga, span_of(key.data + from, end - from)) : -1;
    return index < 0 ? NULL : saga_step(saga, (uint32_t)index);
}

struct call *saga_call_of_key(struct saga *saga, struct span key)
{
    struct step *step = saga_step_of_key(saga, key);
    for (uint32_t k = 0; step && k < CALL_COUNT; k++) {
        struct call *call = &step->calls[k];
        CHECK(call->step == step);
        if (call->run > 0 && span_equal(call->key, key)) {
            return call;
        }
    }
    return NULL;
}
