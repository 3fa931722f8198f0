/* items.c - the items of fan-outs (for_each): each is a step of its own, and together they make
 * the state of their container.
 *
 * A step with for_each is a container. When it begins, the collection becomes part of the journal
 * and the saga gets a step for each element: with the container's spec, a name ("pack[3]"), a key,
 * retries, time-outs and an undo of its own. The container asks nobody for anything; its state
 * follows from its items:
 *
 *     forward    pending -> running -> succeeded        all items are settled (a record says so)
 *                                   -> failed           the collection was none; the saga went back
 *     back       succeeded -> compensating -> compensated | kept
 *
 * Items that have nothing to do yet rest: no event looks at them. Going forward they begin from
 * the first one on (`next`), and going back they are undone from the last one on (`undo_end`),
 * so that the order of undo is the inverse of the order of starting. */
#include "saga/items.h"

#include <stdio.h>

#include "base/mp.h"
#include "saga/awake.h"
#include "saga/fan.h"
#include "saga/saga.h"

enum { WORD_BITS = 64 };

static bool counts_as_passed(enum step_state state)
{
    return state == STEP_STATE_SUCCEEDED || state == STEP_STATE_SKIPPED ||
           state == STEP_STATE_RESOLVED;
}

void step_moved(struct step *step, enum step_state from)
{
    struct saga *saga = step->saga;
    struct fan *fan = step->container ? step->container->fan : NULL;
    if (fan) {
        PRE(fan->counts[from] > 0);
        fan->counts[from]--;
        fan->counts[step->state]++;
        if (step->state == STEP_STATE_PENDING && step->item < fan->next) {
            fan->next = step->item;
        }
        step_wake(step->container);
        return;
    }
    bool before = counts_as_passed(from);
    bool after = counts_as_passed(step->state);
    saga->passed += (after ? 1u : 0u) - (before ? 1u : 0u);
    POST(saga->passed <= saga->definition->step_count);
    if (step->state == STEP_STATE_PENDING) {
        step_wake(step);
    }
    for (uint32_t i = 0; i < step->spec->needed_by_count && after; i++) {
        step_wake(saga_step(saga, step->spec->needed_by[i]));
    }
}

void step_set_undo(struct step *step, enum undo_state state)
{
    struct fan *fan = step->container ? step->container->fan : NULL;
    if (fan) {
        bool was = step->undo_state != UNDO_STATE_NONE && step->undo_state != UNDO_STATE_SUCCEEDED;
        bool is = state != UNDO_STATE_NONE && state != UNDO_STATE_SUCCEEDED;
        fan->undo_open += (is ? 1u : 0u) - (was ? 1u : 0u);
        CHECK(fan->undo_open <= fan->room);
        if (state == UNDO_STATE_PENDING) {
            awake_raise_end(step);
        }
        step_wake(step->container);
    }
    step->undo_state = state;
}

static bool name_item(struct step *item)
{
    PRE(item->container != NULL);
    char place[16];
    struct span name = item->spec->name;
    int size = snprintf(place, sizeof(place), "[%u]", item->item);
    enum { PLACE_MAX = 5 };
    uint8_t *text = arena_take(&item->saga->arena, PLACE_MAX + name.size + (size_t)size);
    if (!text) {
        return false;
    }
    struct buf packed = {.data = text, .capacity = PLACE_MAX, .size_max = PLACE_MAX};
    mp_put_uint(&packed, item->item);
    item->place = buf_span(&packed);
    text += PLACE_MAX;
    memcpy(text, name.data, name.size);
    memcpy(text + name.size, place, (size_t)size);
    item->name = span_of(text, name.size + (size_t)size);
    return true;
}

/* Sets the items for this run of the step, by the elements of the collection (erased: these are
 * gone from the store, and count as null). After a save-point the step runs again, and its items go
 * on under their next keys. false: there are more items than in any run before, or the collection
 * is broken. */
static bool add_again(struct fan *fan, struct mp *mp, bool erased, uint32_t count)
{
    PRE(fan->count <= fan->room);
    PRE(erased || !mp->bad);
    if (count > fan->room) {
        return false;
    }
    fan->count = count;
    fan->next = 0;
    memset(fan->counts, 0, sizeof(fan->counts));
    for (uint32_t i = 0; i < count; i++) {
        fan->counts[fan->items[i].state]++; /* a person may have settled the item for good */
        fan->items[i].value = erased ? MP_NIL_VALUE : mp_skip(mp);
    }
    return !mp->bad;
}

static struct fan *make_fan(struct step *container, uint32_t count)
{
    PRE(step_is_container(container));
    struct saga *saga = container->saga;
    struct fan *fan = ARENA_NEW(&saga->arena, struct fan);
    struct step *items = arena_take(&saga->arena, count * sizeof(struct step));
    if (!fan || !items || !saga_make_room(saga, saga->step_total + count)) {
        return NULL;
    }
    *fan = (struct fan){.items = items, .count = count, .room = count};
    for (uint32_t i = 0; i < count; i++) {
        struct step *item = &items[i];
        step_open(item, saga, container->spec);
        item->index = saga->step_total + i;
        item->container = container;
        item->item = i;
        saga->items[item->index - saga->definition->step_count] = item;
        if (!name_item(item)) {
            return NULL;
        }
    }
    saga->step_total += count;
    return fan;
}

bool fan_add(struct step *container, struct span collection, uint32_t count)
{
    PRE(!container->fan || container->fan->items);
    struct mp mp = mp_open(collection);
    bool erased = mp_type(collection) != MP_ARRAY;
    if (!erased && mp_array(&mp) != count) {
        return false;
    }
    if (!container->fan) {
        container->fan = make_fan(container, count);
    }
    return container->fan && add_again(container->fan, &mp, erased, count);
}

bool saga_carry_items(struct saga *saga, uint32_t count)
{
    uint32_t steps = saga->definition->step_count;
    PRE(saga->step_total == steps);
    PRE(count <= saga->item_room);
    saga->passed = 0;
    for (uint32_t i = 0; i < steps; i++) {
        saga->passed += counts_as_passed(saga_step(saga, i)->state) ? 1 : 0;
    }
    if (!saga_make_room(saga, steps + count)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        saga->items[i]->index = steps + i;
    }
    saga->step_total += count;
    return true;
}

/* The item's output; null for an item that failed, was undone, or skipped. */
static struct span item_output(const struct step *item)
{
    PRE(item->container != NULL);
    bool counts = item->state == STEP_STATE_SUCCEEDED ||
                  (item->state == STEP_STATE_RESOLVED && !item->refused);
    return counts && item->output.size > 0 ? item->output : MP_NIL_VALUE;
}

size_t fan_output_size(const struct step *container)
{
    PRE(container->fan != NULL);
    const struct fan *fan = container->fan;
    enum { HEADER_MAX = 5 };
    size_t size = HEADER_MAX;
    for (uint32_t i = 0; i < fan->count; i++) {
        size += item_output(&fan->items[i]).size;
    }
    return size;
}

struct span fan_output(const struct step *container)
{
    const struct fan *fan = container->fan;
    size_t size = fan_output_size(container);
    uint8_t *bytes = arena_take(&container->saga->arena, size);
    if (!bytes) {
        return (struct span){NULL, 0};
    }
    struct buf out = {.data = bytes, .capacity = size, .size_max = size};
    mp_put_array(&out, fan->count);
    for (uint32_t i = 0; i < fan->count; i++) {
        mp_put_value(&out, item_output(&fan->items[i]));
    }
    CHECK(!buf_failed(&out) && out.data == bytes);
    return buf_span(&out);
}

void fan_follow(struct step *item)
{
    PRE(item->container->fan != NULL);
    struct step *container = item->container;
    const struct fan *fan = container->fan;
    bool follows = container->state == STEP_STATE_SUCCEEDED ||
                   container->state == STEP_STATE_COMPENSATING ||
                   container->state == STEP_STATE_COMPENSATED;
    if (!follows || item->saga->direction == FORWARD) {
        return;
    }
    enum step_state from = container->state;
    bool is_open = from != STEP_STATE_COMPENSATING || fan->counts[STEP_STATE_PARKED] > 0 ||
                   fan->counts[STEP_STATE_IN_DOUBT] > 0;
    if (fan->undo_open > 0) {
        container->state = STEP_STATE_COMPENSATING;
    } else if (fan->counts[STEP_STATE_SUCCEEDED] > 0) {
        container->state = STEP_STATE_SUCCEEDED;
    } else if (fan->counts[STEP_STATE_COMPENSATED] > 0 || !is_open) {
        container->state = STEP_STATE_COMPENSATED; /* except for items that a person has settled */
    }
    if (container->state != from) {
        bool ends = container->state != STEP_STATE_COMPENSATING;
        container->ended_ms = ends ? item->ended_ms : 0;
        step_moved(container, from);
    }
}

struct step *fan_next_undo(const struct fan *fan)
{
    PRE(fan->undo_end <= fan->room);
    struct fan *cursor = (struct fan *)(uintptr_t)fan;
    for (; cursor->undo_end > 0; cursor->undo_end--) {
        struct step *item = &fan->items[cursor->undo_end - 1];
        bool waits = item->chosen && item->undo_state == UNDO_STATE_PENDING &&
                     item->live.undo_due_ms == 0 && awake_waits_to_undo(item);
        if (waits) {
            return item;
        }
    }
    return NULL;
}

struct step *fan_next_awake(const struct fan *fan, uint32_t *at)
{
    PRE(*at <= fan->count);
    if (fan->count == 0) {
        return NULL;
    }
    const struct saga *saga = fan->items[0].saga;
    uint32_t first = fan->items[0].index;
    uint32_t index = saga_awake(saga, first + *at);
    *at = index - first + 1;
    return index < first + fan->count ? saga_step(saga, index) : NULL;
}
