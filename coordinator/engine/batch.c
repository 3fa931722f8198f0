/* batch.c - the lists of a batch: rows to make durable, effects to let go.
 *
 * A batch is filled and cleared hundreds of times a second with some hundred items a list: lists
 * keep their memory when it is cleared, unless they grew large. */
#include "engine/batch.h"

#include "base/limits.h"
#include "engine/engine.h"
#include "saga/saga.h"

enum { CAPACITY_MIN = 16, CAPACITY_KEPT = 1024 };

#define LIST(items_, count_, type)                                                                 \
    {                                                                                              \
        offsetof(struct batch, items_), offsetof(struct batch, count_), sizeof(type)               \
    }

static const struct list {
    size_t items; /* where in the batch: the pointer */
    size_t count; /* and the uint32_t */
    size_t size;  /* of an item */
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
    [BATCH_EFFECTS] = LIST(effects, effect_count, struct effect),
};

/* The list's pointer has another type than void *: it is copied, and never read as a void *. */
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

/* One more item of the list, all zeros; NULL = no memory. */
static void *add(struct batch *batch, enum batch_list which)
{
    const struct list *list = &lists[which];
    uint32_t *count = count_of(batch, list);
    if (*count == batch->capacities[which] && !grow(batch, which)) {
        return NULL;
    }
    uint8_t *item = (uint8_t *)items_of(batch, list) + *count * list->size;
    *count += 1;
    return memset(item, 0, list->size);
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

struct row *batch_row(struct batch *batch)
{
    return add(batch, BATCH_ROWS);
}

struct head *batch_head(struct batch *batch)
{
    PRE(batch->serial > 0);
    return add(batch, BATCH_HEADS);
}

struct name *batch_name(struct batch *batch)
{
    PRE(batch->arena.source != NULL); /* a name may come without a saga: a key */
    return add(batch, BATCH_NAMES);
}

struct notice *batch_notice(struct batch *batch)
{
    PRE(batch->serial > 0);
    return add(batch, BATCH_NOTICES);
}

struct delivery *batch_delivery(struct batch *batch)
{
    return add(batch, BATCH_DELIVERIES);
}

struct schedule_row *batch_schedule(struct batch *batch)
{
    return add(batch, BATCH_SCHEDULES);
}

struct lock_row *batch_lock(struct batch *batch)
{
    PRE(batch->serial > 0);
    return add(batch, BATCH_LOCKS);
}

struct inbox_row *batch_inbox(struct batch *batch)
{
    PRE(batch->serial > 0);
    return add(batch, BATCH_INBOX);
}

struct inbox_done *batch_inbox_done(struct batch *batch)
{
    return add(batch, BATCH_INBOX_DONE);
}

struct wait_row *batch_wait(struct batch *batch)
{
    return add(batch, BATCH_WAITS);
}

struct effect *batch_effect(struct batch *batch, enum effect_kind kind, uint64_t ref)
{
    PRE(kind <= EFFECT_LOCK_FREE);
    struct effect *effect = add(batch, BATCH_EFFECTS);
    if (effect) {
        effect->kind = kind;
        effect->ref = ref;
    }
    return effect;
}

bool batch_reply(struct batch *batch, uint64_t ref, enum saga_error error, const char *why,
                 const struct saga *saga)
{
    PRE(!saga || saga->magic == SAGA_MAGIC);
    struct effect *effect = batch_effect(batch, EFFECT_REPLY, ref);
    if (!effect) {
        return false;
    }
    effect->reply.error = error;
    effect->reply.why = why;
    bool ok = true;
    if (saga) {
        /* A final saga may leave memory before this batch is released: its name is copied. */
        effect->reply.saga = arena_copy(&batch->arena, saga->name, &ok);
        effect->reply.state = saga->state;
        effect->reply.seq = saga->seq;
    }
    return ok;
}

bool batch_put_head(struct batch *batch, const struct saga *saga, bool is_new)
{
    PRE(saga->magic == SAGA_MAGIC);
    PRE(saga->last_lsn >= saga->first_lsn);
    struct head *head = batch_head(batch);
    if (!head) {
        return false;
    }
    *head = (struct head){.saga = saga->id,
                          .state = saga->state,
                          .is_new = is_new,
                          .has_moved = saga->live.is_migrated,
                          .paused = saga->paused,
                          .definition = saga->definition->name,
                          .version = saga->definition->version,
                          .started_ms = saga->started_ms,
                          .ended_ms = saga->ended_ms,
                          .first_lsn = saga->first_lsn,
                          .last_lsn = saga->last_lsn,
                          .due_ms = saga->live.asleep_ms};
    return true;
}
