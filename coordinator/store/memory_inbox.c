/* memory_inbox.c - the operations on events and waits of the memory store. */
#include "store/memory_inbox.h"

#include "store/memory.h"

/* Gives the events and waits of the store; SAGA_STORE_FAILED once the store has failed. */
static enum saga_error open_inbox(const struct store *store, const struct memory_events **inbox)
{
    const struct memory *memory = memory_of(store);
    *inbox = &memory->inbox;
    POST((*inbox)->offered <= (*inbox)->last);
    return memory_check(memory);
}

static uint64_t count_events(const struct store *store)
{
    const struct memory_events *inbox = &memory_of(store)->inbox;
    POST(inbox->event_count <= inbox->last);
    return inbox->event_count;
}

static enum saga_error find_event(struct store *store, struct span source, struct span id,
                                  struct arena *arena, struct inbox_found *found)
{
    PRE(found != NULL);
    const struct memory_events *inbox = NULL;
    enum saga_error rc = open_inbox(store, &inbox);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = memory_events_find(inbox, source, id, found);
    if (rc != SAGA_OK) {
        return rc;
    }
    bool ok = true;
    found->started = arena_copy(arena, found->started, &ok);
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

static enum saga_error copy_event(struct arena *arena, struct inbox_row *row)
{
    PRE(row->number > 0);
    struct span *const texts[] = {&row->name, &row->source, &row->id,
                                  &row->saga, &row->cause,  &row->data};
    bool ok = true;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        *texts[i] = arena_copy(arena, *texts[i], &ok);
    }
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

static enum saga_error load_event(struct store *store, uint64_t number, struct arena *arena,
                                  struct inbox_row *row)
{
    PRE(row != NULL);
    const struct memory_events *inbox = NULL;
    enum saga_error rc = open_inbox(store, &inbox);
    if (rc == SAGA_OK) {
        rc = memory_events_load(inbox, number, row);
    }
    return rc == SAGA_OK ? copy_event(arena, row) : rc;
}

static enum saga_error next_event(struct store *store, struct span name, uint64_t number,
                                  struct arena *arena, struct inbox_row *row)
{
    PRE(row != NULL);
    const struct memory_events *inbox = NULL;
    enum saga_error rc = open_inbox(store, &inbox);
    if (rc == SAGA_OK) {
        rc = memory_events_next(inbox, name, number, row);
    }
    return rc == SAGA_OK ? copy_event(arena, row) : rc;
}

static enum saga_error next_path(struct store *store, struct span name, struct span path,
                                 struct arena *arena, struct span *next)
{
    PRE(next != NULL);
    const struct memory_events *inbox = NULL;
    enum saga_error rc = open_inbox(store, &inbox);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = memory_events_next_path(inbox, name, path, next);
    if (rc != SAGA_OK) {
        return rc;
    }
    bool ok = true;
    *next = arena_copy(arena, *next, &ok);
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

/* Calls fn with the wait, after the external id of its saga was put in. */
static enum saga_error show_wait(const struct store *store, struct store_wait *wait,
                                 store_wait_fn fn, void *arg)
{
    PRE(wait->saga > 0);
    const struct memory_saga *saga = memory_find_saga(memory_of(store), wait->saga);
    if (!saga) {
        return SAGA_STORE_CORRUPT;
    }
    wait->id = saga->name;
    return fn(wait, arg);
}

static enum saga_error waits(struct store *store, const struct wait_query *query, store_wait_fn fn,
                             void *arg)
{
    PRE(query->limit > 0);
    struct store_wait wait;
    size_t at = 0;
    const struct memory_events *inbox = NULL;
    enum saga_error rc = open_inbox(store, &inbox);
    for (uint32_t given = 0; rc == SAGA_OK && given < query->limit; given++) {
        if (!memory_events_wait(inbox, query, &at, &wait)) {
            break;
        }
        rc = show_wait(store, &wait, fn, arg);
    }
    return rc;
}

static enum saga_error waits_of(struct store *store, struct span id, struct span name,
                                store_wait_fn fn, void *arg)
{
    PRE(fn != NULL);
    const struct memory_saga *saga = memory_saga_named(memory_of(store), id);
    struct store_wait wait;
    size_t at = 0;
    const struct memory_events *inbox = NULL;
    enum saga_error rc = open_inbox(store, &inbox);
    while (rc == SAGA_OK && saga && memory_events_any_wait(inbox, &at, &wait)) {
        if (wait.saga == saga->head.saga && span_equal(wait.name, name)) {
            rc = show_wait(store, &wait, fn, arg);
        }
    }
    return rc;
}

static enum saga_error unrecalled(struct store *store, store_wait_fn fn, void *arg)
{
    PRE(fn != NULL);
    struct store_wait wait;
    size_t at = 0;
    const struct memory_events *inbox = NULL;
    enum saga_error rc = open_inbox(store, &inbox);
    while (rc == SAGA_OK && memory_events_any_wait(inbox, &at, &wait)) {
        if (!wait.is_recalled) {
            rc = show_wait(store, &wait, fn, arg);
        }
    }
    return rc;
}

const struct store_inbox_ops memory_inbox_ops = {
    .count = count_events,
    .find = find_event,
    .load = load_event,
    .next = next_event,
    .next_path = next_path,
    .waits = waits,
    .waits_of = waits_of,
    .unrecalled = unrecalled,
};
