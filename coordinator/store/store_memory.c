/* store_memory.c - the twin of the store, for tests: durable means "survives store_memory_crash".
 *
 * A batch is only borrowed until `durable` commits it, so a crash before that forgets the batch by
 * itself.
 *
 * Only the loop's thread changes anything, under the lock; its own reads need no lock, those of
 * other threads take the lock. A callback must not call the store that called it. */
#include "store/store_memory.h"

#include <stdlib.h>

#include "journal/record.h"
#include "store/memory_commit.h"
#include "store/memory_inbox.h"
#include "store/memory_reads.h"
#include "store/rows.h"

static const struct store_ops memory_ops;

/* ---- writing ---- */

static void find_minted(struct store_facts *facts, struct span text)
{
    bool is_child = text.size > 0 && memchr(text.data, '~', text.size) != NULL;
    if (text.size == 0 || text.data[0] != '0' || is_child || text.size > sizeof(facts->minted)) {
        return;
    }
    PRE(facts->minted_size <= sizeof(facts->minted));
    size_t size = text.size < facts->minted_size ? text.size : facts->minted_size;
    int order = memcmp(text.data, facts->minted, size);
    if (order > 0 || (order == 0 && text.size > facts->minted_size)) {
        memcpy(facts->minted, text.data, text.size);
        facts->minted_size = text.size;
    }
}

static void find_facts(struct memory *memory)
{
    PRE(!memory->pending);
    memory->facts = (struct store_facts){
        .last_lsn = memory->row_count,
        .last_saga = memory->saga_count == 0 ? 0 : memory->sagas[memory->saga_count - 1].head.saga,
        .inbox_last = memory->inbox.last,
        .inbox_offered = memory->inbox.offered,
        .clock = memory->clock,
    };
    if (memory->row_count > 0) {
        bool ok = record_moment(memory->rows[memory->row_count - 1].body, &memory->facts.last);
        MAYBE(ok); /* false is no error: some tests write bodies that are no records */
    }
    size_t at = 0;
    for (const struct name *name; (name = map_next(&memory->names, &at)) != NULL;) {
        find_minted(&memory->facts, name->text);
    }
}

static void facts(const struct store *store, struct store_facts *found)
{
    PRE(found != NULL);
    *found = memory_of(store)->facts;
}

static enum saga_error submit(struct store *store, const struct rows *rows)
{
    PRE(rows != NULL);
    struct memory *memory = memory_of(store);
    if (memory->failure != SAGA_OK) {
        return SAGA_STORE_FAILED;
    }
    if (memory->pending) {
        return SAGA_OVERLOADED;
    }
    rows_check(rows, memory->row_count);
    memory->pending = rows;
    memory->fails = memory->fail_in == 1;
    if (memory->fail_in > 0) {
        memory->fail_in--;
    }
    return SAGA_OK;
}

/* Commits the pending batch, or lets the store fail if a test has asked for that. */
static void commit_pending(struct memory *memory)
{
    PRE(memory->pending != NULL);
    PRE(memory->failure == SAGA_OK);
    pthread_mutex_lock(&memory->lock);
    enum saga_error rc = SAGA_STORE_FAILED;
    if (!memory->fails) {
        rc = memory_commit(memory, memory->pending);
    }
    memory->failure = rc == SAGA_NO_MEMORY ? SAGA_STORE_FAILED : rc;
    memory->pending = NULL;
    if (rc == SAGA_OK) {
        memory->durable++;
    }
    pthread_mutex_unlock(&memory->lock);
}

static enum saga_error durable(struct store *store, uint64_t *count)
{
    PRE(count != NULL);
    struct memory *memory = memory_of(store);
    if (memory->pending && !memory->held && memory->failure == SAGA_OK) {
        commit_pending(memory);
    }
    *count = memory->durable;
    return memory->failure;
}

static int wake(const struct store *store)
{
    PRE(store->ops == &memory_ops);
    return -1;
}

/* ---- reading, in the loop's thread ---- */

static enum saga_error load_awake(struct store *store, store_image_fn fn, void *arg)
{
    PRE(fn != NULL);
    struct memory *memory = memory_of(store);
    enum saga_error rc = memory_check(memory);
    struct store_filter unfinished = {.unfinished = true};
    for (size_t at = 0; at < memory->saga_count && rc == SAGA_OK; at++) {
        const struct memory_saga *saga = &memory->sagas[at];
        if (saga->head.due_ms > 0 || !rows_head_matches(&saga->head, &unfinished)) {
            continue;
        }
        struct saga_image image;
        arena_reset(&memory->scratch);
        rc = memory_reads_rows(memory, saga, &memory->scratch, &image);
        if (rc == SAGA_OK || image.is_unreadable) {
            rc = fn(&image, arg);
        }
    }
    return rc;
}

/* The sleeping saga that is due first behind the place in *due. All sagas are looked at, because
 * tests have few. */
static const struct memory_saga *next_due(const struct memory *memory, const struct store_due *due)
{
    const struct memory_saga *next = NULL;
    for (size_t at = 0; at < memory->saga_count; at++) {
        const struct memory_saga *saga = &memory->sagas[at];
        int64_t due_ms = rows_due_ms(&saga->head, due->timeline);
        bool after = due_ms > due->after_ms ||
                     (due_ms == due->after_ms && saga->head.saga > due->after_saga);
        if (due_ms > 0 && after && (!next || due_ms < rows_due_ms(&next->head, due->timeline))) {
            next = saga;
        }
    }
    IMPLIES(next, rows_due_ms(&next->head, due->timeline) >= due->after_ms);
    return next;
}

static enum saga_error list_due(struct store *store, struct store_due *due, store_item_fn fn,
                                void *arg)
{
    PRE(due->after_ms >= 0);
    struct memory *memory = memory_of(store);
    enum saga_error rc = memory_check(memory);
    const struct memory_saga *saga;
    due->next_ms = INT64_MAX;
    while (rc == SAGA_OK && (saga = next_due(memory, due)) != NULL) {
        struct store_item item = {.head = saga->head, .name = saga->name};
        if (!rows_due_takes(due, rows_due_ms(&saga->head, due->timeline), saga->head.saga)) {
            break;
        }
        rc = fn(&item, arg);
    }
    return rc;
}

static enum saga_error load_schedules(struct store *store, store_schedule_fn fn, void *arg)
{
    PRE(fn != NULL);
    const struct memory *memory = memory_of(store);
    enum saga_error rc = memory_check(memory);
    return rc == SAGA_OK ? memory_locks_schedules(&memory->locks, fn, arg) : rc;
}

static enum saga_error load_locks(struct store *store, store_lock_fn fn, void *arg)
{
    const struct memory *memory = memory_of(store);
    enum saga_error rc = memory_check(memory);
    for (size_t at = 0; at < memory->locks.lock_count && rc == SAGA_OK; at++) {
        struct store_lock lock = {.row = memory->locks.locks[at]};
        const struct memory_saga *saga = memory_find_saga(memory, lock.row.saga);
        CHECK(saga != NULL);
        lock.name = saga->name;
        rc = fn(&lock, arg);
    }
    return rc;
}

static enum saga_error load_definitions(struct store *store, store_definition_fn fn, void *arg)
{
    PRE(fn != NULL);
    const struct memory *memory = memory_of(store);
    enum saga_error rc = memory_check(memory);
    for (size_t at = 0; at < memory->definition_count && rc == SAGA_OK; at++) {
        rc = fn(&memory->definitions[at], arg);
    }
    return rc;
}

static enum saga_error find_name(struct store *store, struct span text, struct name *found)
{
    PRE(found != NULL);
    const struct memory *memory = memory_of(store);
    enum saga_error rc = memory_check(memory);
    return rc == SAGA_OK ? memory_reads_name(memory, text, found) : rc;
}

static enum saga_error load_head(struct store *store, struct span name, struct arena *arena,
                                 struct store_item *item)
{
    PRE(item != NULL);
    const struct memory *memory = memory_of(store);
    enum saga_error rc = memory_check(memory);
    return rc == SAGA_OK ? memory_reads_head(memory, name, arena, item) : rc;
}

static enum saga_error load_one(struct store *store, struct span name, struct arena *arena,
                                struct saga_image *image)
{
    PRE(image != NULL);
    const struct memory *memory = memory_of(store);
    enum saga_error rc = memory_check(memory);
    return rc == SAGA_OK ? memory_reads_one(memory, name, arena, image) : rc;
}

/* ---- open, close, faults ---- */

static void memory_close(struct store **store)
{
    if (!*store) {
        return;
    }
    struct memory *memory = memory_of(*store);
    PRE(memory->row_count <= memory->row_capacity);
    memory->magic = 0;
    memory_outbox_close(&memory->outbox);
    memory_locks_close(&memory->locks);
    memory_facets_close(&memory->facets);
    map_close(&memory->names);
    memory_events_close(&memory->inbox);
    arena_close(&memory->arena);
    arena_close(&memory->scratch);
    free(memory->rows);
    free(memory->sagas);
    free(memory->definitions);
    pthread_mutex_destroy(&memory->lock);
    free(memory);
    *store = NULL;
}

static uint64_t room(struct store *store)
{
    PRE(store->ops == &memory_ops);
    return UINT64_MAX;
}

static const struct store_ops memory_ops = {
    .name = "memory",
    .facts = facts,
    .submit = submit,
    .durable = durable,
    .wake = wake,
    .room = room,
    .load_awake = load_awake,
    .list_due = list_due,
    .load_definitions = load_definitions,
    .load_schedules = load_schedules,
    .load_locks = load_locks,
    .find_name = find_name,
    .load_head = load_head,
    .load_one = load_one,
    .inbox = &memory_inbox_ops,
    .reader_open = memory_reads_open,
    .close = memory_close,
};

enum saga_error store_memory_open(struct store **store)
{
    struct memory *memory = calloc(1, sizeof(*memory));
    if (!memory) {
        return SAGA_NO_MEMORY;
    }
    memory->store.ops = &memory_ops;
    memory->magic = MEMORY_MAGIC;
    int failed = pthread_mutex_init(&memory->lock, NULL);
    CHECK(failed == 0);
    arena_open(&memory->arena, &arena_heap, SIZE_MAX);
    arena_open(&memory->scratch, &arena_heap, SIZE_MAX);
    map_open(&memory->names);
    memory_events_open(&memory->inbox);
    *store = &memory->store;
    return SAGA_OK;
}

void store_memory_fail_at(struct store *store, uint64_t n)
{
    PRE(store->ops == &memory_ops);
    memory_of(store)->fail_in = n;
}

void store_memory_crash(struct store *store)
{
    struct memory *memory = memory_of(store);
    memory->pending = NULL;
    memory->durable = 0;
    memory->fails = false;
    memory->held = false;
    memory->failure = SAGA_OK;
    find_facts(memory);
}

void store_memory_hold(struct store *store, bool hold)
{
    PRE(store->ops == &memory_ops);
    memory_of(store)->held = hold;
}
