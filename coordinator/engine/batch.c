/* batch.c - the lists of a batch, which hold the rows to make durable and the effects to carry out
 * afterwards.
 *
 * A batch is filled and cleared hundreds of times a second, with some hundred items in a list. So a
 * list keeps its memory when the batch is cleared, unless it has grown large. */
#include "engine/batch.h"

#include "base/check.h"
#include "base/limits.h"
#include "engine/effect.h"

enum { CAPACITY_MIN = 16, CAPACITY_KEPT = 1024 };

#define LIST(items_, count_, type)                                                                 \
    {                                                                                              \
        offsetof(struct batch, items_), offsetof(struct batch, count_), sizeof(type)               \
    }

static const struct list {
    size_t items; /* offset in struct batch of the list's pointer */
    size_t count; /* offset in struct batch of the list's uint32_t count */
    size_t size;  /* bytes of one item */
} lists[BATCH_LIST_COUNT] = {
    [BATCH_ROWS] = LIST(rows.rows, rows.row_count, struct row),
    [BATCH_HEADS] = LIST(rows.heads, rows.head_count, struct head),
    [BATCH_NAMES] = LIST(rows.names, rows.name_count, struct name),
    [BATCH_NOTICES] = LIST(rows.notices, rows.notice_count, struct notice),
    [BATCH_DELIVERIES] = LIST(rows.deliveries, rows.delivery_count, struct delivery),
    [BATCH_SCHEDULES] = LIST(rows.schedules, rows.schedule_count, struct schedule_row),
    [BATCH_LOCKS] = LIST(rows.locks, rows.lock_count, struct lock_row),
    [BATCH_INBOX] = LIST(rows.inbox, rows.inbox_count, struct inbox_row),
    [BATCH_INBOX_DONE] = LIST(rows.inbox_done, rows.inbox_done_count, struct inbox_done),
    [BATCH_WAITS] = LIST(rows.waits, rows.wait_count, struct wait_row),
    [BATCH_FACETS] = LIST(rows.facets, rows.facet_count, struct facet_row),
    [BATCH_EFFECTS] = LIST(effects, effect_count, struct effect),
};

/* Reads the list's pointer by copying its bytes: it has another type than void *, so it must not be
 * read as one. */
static void *items_of(const struct batch *batch, const struct list *list)
{
    PRE(list->size > 0);
    void *items;
    memcpy(&items, (const uint8_t *)batch + list->items, sizeof(items));
    return items;
}

static void set_items(struct batch *batch, const struct list *list, void *items)
{
    PRE(list->size > 0);
    memcpy((uint8_t *)batch + list->items, &items, sizeof(items));
}

static uint32_t *count_of(struct batch *batch, const struct list *list)
{
    PRE(list->count % sizeof(uint32_t) == 0);
    return (uint32_t *)(void *)((uint8_t *)batch + list->count);
}

static void give(struct batch *batch, enum batch_list which)
{
    PRE(which < BATCH_LIST_COUNT);
    const struct list *list = &lists[which];
    const struct arena_source *memory = batch->arena.source;
    void *items = items_of(batch, list);
    IMPLIES(items, batch->capacities[which] > 0);
    if (items) {
        memory->give(items, batch->capacities[which] * list->size, memory->arg);
    }
    set_items(batch, list, NULL);
    batch->capacities[which] = 0;
}

static bool grow(struct batch *batch, enum batch_list which)
{
    const struct list *list = &lists[which];
    const struct arena_source *memory = batch->arena.source;
    uint32_t count = *count_of(batch, list);
    PRE(count == batch->capacities[which]);
    PRE(which < BATCH_LIST_COUNT);
    uint32_t capacity = batch->capacities[which] ? batch->capacities[which] * 2 : CAPACITY_MIN;
    void *bigger = memory->take(capacity * list->size, memory->arg);
    if (!bigger) {
        return false;
    }
    if (count > 0) {
        memcpy(bigger, items_of(batch, list), count * list->size);
    }
    give(batch, which);
    set_items(batch, list, bigger);
    batch->capacities[which] = capacity;
    POST(capacity > count);
    POST(*count_of(batch, list) == count);
    return true;
}

void batch_open(struct batch *batch, const struct arena_source *memory)
{
    PRE(memory->take && memory->give);
    *batch = (struct batch){0};
    arena_open(&batch->arena, memory, (size_t)4 * LIMIT_BATCH_BYTES + LIMIT_SAGA_MEMORY);
}

void batch_clear(struct batch *batch)
{
    PRE(batch->arena.source != NULL);
    struct batch old = *batch;
    arena_reset(&old.arena);
    *batch = (struct batch){.arena = old.arena};
    for (uint32_t i = 0; i < BATCH_LIST_COUNT; i++) {
        set_items(batch, &lists[i], items_of(&old, &lists[i]));
        batch->capacities[i] = old.capacities[i];
        IMPLIES(batch->capacities[i] > 0, items_of(batch, &lists[i]));
        if (batch->capacities[i] > CAPACITY_KEPT) {
            give(batch, i);
        }
    }
}

void batch_close(struct batch *batch)
{
    PRE(batch->capacities[BATCH_ROWS] >= batch->rows.row_count);
    for (uint32_t i = 0; i < BATCH_LIST_COUNT && batch->arena.source; i++) {
        give(batch, i);
    }
    arena_close(&batch->arena);
    *batch = (struct batch){0};
}

void *batch_add(struct batch *batch, enum batch_list which)
{
    const struct list *list = &lists[which];
    uint32_t *count = count_of(batch, list);
    if (*count == batch->capacities[which] && !grow(batch, which)) {
        return NULL;
    }
    uint8_t *item = (uint8_t *)items_of(batch, list) + *count * list->size;
    *count += 1;
    POST(*count <= batch->capacities[which]);
    return memset(item, 0, list->size);
}
