/* memory_inbox.c - the memory store's door to its events and waits. */
#include "store/memory_parts.h"

static const struct inbox_memory *inbox_of(const struct store *store)
{
    return &memory_of(store)->inbox;
}

static enum saga_error check(const struct store *store)
{
    return memory_of(store)->failure != SAGA_OK ? SAGA_STORE_FAILED : SAGA_OK;
}

static uint64_t count_inbox(const struct store *store)
{
    return inbox_of(store)->event_count;
}

static enum saga_error find_inbox(struct store *store, struct span source, struct span id,
                                  struct arena *arena, struct inbox_found *found)
{
    bool ok = true;
    enum saga_error rc = check(store);
    if (rc == SAGA_OK) {
        rc = inbox_memory_find(inbox_of(store), source, id, found);
    }
    if (rc == SAGA_OK) {
        found->started = arena_copy(arena, found->started, &ok);
    }
    return ok ? rc : SAGA_NO_MEMORY;
}

static enum saga_error copy_event(struct arena *arena, struct inbox_row *row)
{
    struct span *const texts[] = {&row->name, &row->source, &row->id,
                                  &row->saga, &row->cause,  &row->data};
    bool ok = true;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        *texts[i] = arena_copy(arena, *texts[i], &ok);
    }
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

static enum saga_error load_inbox(struct store *store, uint64_t number, struct arena *arena,
                                  struct inbox_row *row)
{
    enum saga_error rc = check(store);
    if (rc == SAGA_OK) {
        rc = inbox_memory_load(inbox_of(store), number, row);
    }
    return rc == SAGA_OK ? copy_event(arena, row) : rc;
}

static enum saga_error next_inbox(struct store *store, struct span name, uint64_t number,
                                  struct arena *arena, struct inbox_row *row)
{
    enum saga_error rc = check(store);
    if (rc == SAGA_OK) {
        rc = inbox_memory_next(inbox_of(store), name, number, row);
    }
    return rc == SAGA_OK ? copy_event(arena, row) : rc;
}

static enum saga_error next_path(struct store *store, struct span name, struct span path,
                                 struct arena *arena, struct span *next)
{
    bool ok = true;
    enum saga_error rc = check(store);
    if (rc == SAGA_OK) {
        rc = inbox_memory_next_path(inbox_of(store), name, path, next);
    }
    if (rc == SAGA_OK) {
        *next = arena_copy(arena, *next, &ok);
    }
    return ok ? rc : SAGA_NO_MEMORY;
}

/* A wait is shown with the external id of its saga. */
static enum saga_error show_wait(const struct store *store, struct store_wait *wait,
                                 store_wait_fn fn, void *arg)
{
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
    enum saga_error rc = check(store);
    for (uint32_t given = 0; rc == SAGA_OK && given < query->limit; given++) {
        if (!inbox_memory_wait(inbox_of(store), query, &at, &wait)) {
            break;
        }
        rc = show_wait(store, &wait, fn, arg);
    }
    return rc;
}

static enum saga_error waits_of(struct store *store, struct span id, struct span name,
                                store_wait_fn fn, void *arg)
{
    const struct memory_saga *saga = memory_saga_named(memory_of(store), id);
    struct store_wait wait;
    size_t at = 0;
    enum saga_error rc = check(store);
    while (rc == SAGA_OK && saga && inbox_memory_any_wait(inbox_of(store), &at, &wait)) {
        if (wait.saga == saga->head.saga && span_equal(wait.name, name)) {
            rc = show_wait(store, &wait, fn, arg);
        }
    }
    return rc;
}

static enum saga_error unrecalled(struct store *store, store_wait_fn fn, void *arg)
{
    struct store_wait wait;
    size_t at = 0;
    enum saga_error rc = check(store);
    while (rc == SAGA_OK && inbox_memory_any_wait(inbox_of(store), &at, &wait)) {
        if (!wait.is_recalled) {
            rc = show_wait(store, &wait, fn, arg);
        }
    }
    return rc;
}

const struct store_inbox_ops memory_inbox_ops = {
    .count = count_inbox,
    .find = find_inbox,
    .load = load_inbox,
    .next = next_inbox,
    .next_path = next_path,
    .waits = waits,
    .waits_of = waits_of,
    .unrecalled = unrecalled,
};
