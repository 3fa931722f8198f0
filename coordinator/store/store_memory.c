/* store_memory.c - the twin of the store, for tests: durable means "survives store_memory_crash".
 *
 * All that is durable lies in arrays in the order in which it came: the row with lsn n at n - 1,
 * sagas in ascending order of their id, definitions in order of application; names in a map. The
 * bytes are copies in one arena that lives as long as the store, so opening and closing cost little
 * and simulators can do it tens of thousands of times.
 *
 * A batch is only borrowed until `durable` commits it, so a crash before that forgets it by itself.
 * A commit first checks all and reserves the arrays, then applies: it cannot fail half way, except
 * when memory for the bytes runs out.
 *
 * Only the loop's thread changes anything and it does so under the lock; its own reads need no
 * lock, those of other threads take it. A callback must not call the store it came from. */
#include "store/store.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/map.h"
#include "store/memory_parts.h"
#include "store/rows.h"

enum { ARRAY_MIN = 64 };

struct memory_reader {
    struct store_reader reader;
    struct memory *memory;
};

struct memory *memory_of(const struct store *store)
{
    PRE(store != NULL);
    struct memory *memory = (struct memory *)(uintptr_t)store;
    PRE(memory->magic == MEMORY_MAGIC);
    return memory;
}

/* --- look-ups ------------------------------------------------------------------------------- */

/* Index of the first saga whose id is at least `saga`. */
static size_t saga_at(const struct memory *memory, uint64_t saga)
{
    size_t low = 0;
    size_t high = memory->saga_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memory->sagas[middle].head.saga < saga) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct memory_saga *memory_find_saga(const struct memory *memory, uint64_t saga)
{
    size_t at = saga_at(memory, saga);
    if (at == memory->saga_count || memory->sagas[at].head.saga != saga) {
        return NULL;
    }
    return &memory->sagas[at];
}

struct memory_saga *memory_saga_named(const struct memory *memory, struct span text)
{
    const struct name *name = map_get(&memory->names, text);
    if (!name) {
        return NULL;
    }
    struct memory_saga *saga = memory_find_saga(memory, name->saga);
    return saga != NULL && span_equal(saga->name, text) ? saga : NULL;
}

/* --- commit --------------------------------------------------------------------------------- */

/* *items gets room for `more` items beyond count. */
static enum saga_error reserve(void **items, size_t *capacity, size_t size, size_t needed)
{
    if (needed <= *capacity) {
        return SAGA_OK;
    }
    size_t wanted = *capacity < ARRAY_MIN ? ARRAY_MIN : *capacity * 2;
    if (wanted < needed) {
        wanted = needed;
    }
    void *grown = realloc(*items, wanted * size);
    if (!grown) {
        return SAGA_NO_MEMORY;
    }
    *items = grown;
    *capacity = wanted;
    return SAGA_OK;
}

static enum saga_error reserve_all(struct memory *memory, const struct rows *rows)
{
    void *items[] = {memory->rows, memory->sagas, memory->definitions};
    enum saga_error rc = reserve(&items[0], &memory->row_capacity, sizeof(*memory->rows),
                                 memory->row_count + rows->row_count);
    if (rc == SAGA_OK) {
        rc = reserve(&items[1], &memory->saga_capacity, sizeof(*memory->sagas),
                     memory->saga_count + rows->head_count);
    }
    if (rc == SAGA_OK) {
        rc = reserve(&items[2], &memory->definition_capacity, sizeof(*memory->definitions),
                     memory->definition_count + rows->definition_count);
    }
    if (rc == SAGA_OK) {
        rc = memory_outbox_reserve(&memory->outbox, rows);
    }
    if (rc == SAGA_OK) {
        rc = memory_claims_reserve(&memory->claims, rows);
    }
    memory->rows = items[0];
    memory->sagas = items[1];
    memory->definitions = items[2];
    return rc;
}

static bool is_new_in(const struct rows *rows, uint32_t before, uint64_t saga)
{
    for (uint32_t at = before; at > 0; at--) {
        if (rows->heads[at - 1].saga == saga && rows->heads[at - 1].is_new) {
            return true;
        }
    }
    return false;
}

/* What the database guards with keys and WHERE clauses: sagas and definitions that are new are
 * new, sagas that are updated are there. */
static enum saga_error guard(const struct memory *memory, const struct rows *rows)
{
    uint64_t newest = memory->saga_count == 0 ? 0 : memory->sagas[memory->saga_count - 1].head.saga;
    uint32_t hint = 0;
    for (uint32_t at = 0; at < rows->head_count; at++) {
        const struct head *head = &rows->heads[at];
        if (head->is_new) {
            if (head->saga <= newest || rows_saga_name(rows, head->saga, &hint).size == 0) {
                return SAGA_STORE_CORRUPT;
            }
            newest = head->saga;
        } else if (!memory_find_saga(memory, head->saga) && !is_new_in(rows, at, head->saga)) {
            return SAGA_STORE_CORRUPT;
        }
    }
    for (uint32_t at = 0; at < rows->definition_count; at++) {
        const struct definition_row *row = &rows->definitions[at];
        for (size_t other = 0; other < memory->definition_count; other++) {
            if (memory->definitions[other].version == row->version &&
                span_equal(memory->definitions[other].name, row->name)) {
                return SAGA_STORE_CORRUPT;
            }
        }
    }
    return SAGA_OK;
}

static enum saga_error commit_name(struct memory *memory, const struct name *source)
{
    if (map_get(&memory->names, source->text)) {
        return SAGA_STORE_CORRUPT;
    }
    bool ok = true;
    struct name *name = ARENA_NEW(&memory->arena, struct name);
    if (!name) {
        return SAGA_NO_MEMORY;
    }
    *name = *source;
    name->text = arena_copy(&memory->arena, source->text, &ok);
    return ok ? map_put(&memory->names, name->text, name) : SAGA_NO_MEMORY;
}

/* Names go first: they alone can meet what is there already, and take back what they did. */
static enum saga_error commit_names(struct memory *memory, const struct rows *rows)
{
    for (uint32_t at = 0; at < rows->name_count; at++) {
        enum saga_error rc = commit_name(memory, &rows->names[at]);
        if (rc == SAGA_OK) {
            continue;
        }
        for (uint32_t done = 0; done < at; done++) {
            map_drop(&memory->names, rows->names[done].text);
        }
        return rc;
    }
    return SAGA_OK;
}

static void commit_rows(struct memory *memory, const struct rows *rows, bool *ok)
{
    for (uint32_t at = 0; at < rows->row_count; at++) {
        struct row *row = &memory->rows[memory->row_count];
        *row = rows->rows[at];
        row->body = arena_copy(&memory->arena, row->body, ok);
        row->payload = arena_copy(&memory->arena, row->payload, ok);
        memory->row_count++;
        struct memory_saga *saga = memory_find_saga(memory, row->saga);
        if (saga) {
            saga->head.last_lsn = row->lsn;
        }
    }
}

static void commit_heads(struct memory *memory, const struct rows *rows, bool *ok)
{
    uint32_t hint = 0;
    for (uint32_t at = 0; at < rows->head_count; at++) {
        const struct head *head = &rows->heads[at];
        struct memory_saga *saga = NULL;
        if (head->is_new) {
            saga = &memory->sagas[memory->saga_count++];
            saga->head = *head;
            saga->head.is_new = false;
            saga->head.definition = arena_copy(&memory->arena, head->definition, ok);
            saga->name = arena_copy(&memory->arena, rows_saga_name(rows, head->saga, &hint), ok);
        } else {
            saga = memory_find_saga(memory, head->saga);
            CHECK(saga != NULL);
            saga->head.state = head->state;
            saga->head.paused = head->paused;
            saga->head.ended_ms = head->ended_ms;
            saga->head.due_ms = head->due_ms;
            saga->head.version = head->has_moved ? head->version : saga->head.version;
        }
        if (saga->head.last_lsn < head->last_lsn) {
            saga->head.last_lsn = head->last_lsn;
        }
    }
}

static void commit_definitions(struct memory *memory, const struct rows *rows, bool *ok)
{
    for (uint32_t at = 0; at < rows->definition_count; at++) {
        struct definition_row *row = &memory->definitions[memory->definition_count++];
        *row = rows->definitions[at];
        row->name = arena_copy(&memory->arena, row->name, ok);
        row->source = arena_copy(&memory->arena, row->source, ok);
        row->actor = arena_copy(&memory->arena, row->actor, ok);
    }
}

static enum saga_error commit(struct memory *memory, const struct rows *rows)
{
    bool ok = true;
    enum saga_error rc = guard(memory, rows);
    if (rc == SAGA_OK) {
        rc = reserve_all(memory, rows);
    }
    if (rc == SAGA_OK) {
        rc = commit_names(memory, rows);
    }
    if (rc != SAGA_OK) {
        return rc;
    }
    commit_heads(memory, rows, &ok);
    commit_rows(memory, rows, &ok);
    commit_definitions(memory, rows, &ok);
    memory_outbox_commit(&memory->outbox, rows, &memory->arena, &ok);
    rc = inbox_memory_commit(&memory->inbox, rows, &memory->arena);
    if (rc == SAGA_OK) {
        rc = memory_claims_commit(&memory->claims, rows, &memory->arena, &ok);
    }
    if (rc != SAGA_OK) {
        return rc;
    }
    int64_t last_ms = rows_last_ms(rows);
    if (memory->last_ms < last_ms) {
        memory->last_ms = last_ms;
    }
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

/* --- writing -------------------------------------------------------------------------------- */

static void find_minted(struct store_facts *facts, struct span text)
{
    bool is_child = text.size > 0 && memchr(text.data, '~', text.size) != NULL;
    if (text.size == 0 || text.data[0] != '0' || is_child || text.size > sizeof(facts->minted)) {
        return;
    }
    size_t size = text.size < facts->minted_size ? text.size : facts->minted_size;
    int order = memcmp(text.data, facts->minted, size);
    if (order > 0 || (order == 0 && text.size > facts->minted_size)) {
        memcpy(facts->minted, text.data, text.size);
        facts->minted_size = text.size;
    }
}

static void find_facts(struct memory *memory)
{
    memory->facts = (struct store_facts){
        .last_lsn = memory->row_count,
        .last_saga = memory->saga_count == 0 ? 0 : memory->sagas[memory->saga_count - 1].head.saga,
        .inbox_last = memory->inbox.last,
        .inbox_offered = memory->inbox.offered,
        .last_ms = memory->last_ms,
    };
    size_t at = 0;
    for (const struct name *name; (name = map_next(&memory->names, &at)) != NULL;) {
        find_minted(&memory->facts, name->text);
    }
}

static void facts(const struct store *store, struct store_facts *found)
{
    *found = memory_of(store)->facts;
}

static enum saga_error submit(struct store *store, const struct rows *rows)
{
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

static enum saga_error durable(struct store *store, uint64_t *count)
{
    struct memory *memory = memory_of(store);
    if (memory->pending && !memory->held && memory->failure == SAGA_OK) {
        pthread_mutex_lock(&memory->lock);
        enum saga_error rc = memory->fails ? SAGA_STORE_FAILED : commit(memory, memory->pending);
        memory->failure = rc == SAGA_NO_MEMORY ? SAGA_STORE_FAILED : rc;
        memory->pending = NULL;
        if (rc == SAGA_OK) {
            memory->durable++;
        }
        pthread_mutex_unlock(&memory->lock);
    }
    *count = memory->durable;
    return memory->failure;
}

static int wake(const struct store *store)
{
    (void)memory_of(store);
    return -1;
}

/* --- reading -------------------------------------------------------------------------------- */

/* The saga's rows in order of seq, taken from the arena, their bytes where they are. */
static enum saga_error chain(const struct memory *memory, const struct memory_saga *saga,
                             struct arena *arena, struct saga_image *image)
{
    *image = (struct saga_image){.head = saga->head, .name = saga->name};
    for (uint64_t lsn = saga->head.last_lsn; lsn != 0; lsn = memory->rows[lsn - 1].prev) {
        if (memory->rows[lsn - 1].saga != saga->head.saga) {
            return SAGA_STORE_CORRUPT;
        }
        image->row_count++;
    }
    image->rows = arena_take(arena, image->row_count * sizeof(struct row));
    if (!image->rows) {
        return SAGA_NO_MEMORY;
    }
    uint64_t lsn = saga->head.last_lsn;
    for (uint32_t left = image->row_count; left > 0; left--) {
        image->rows[left - 1] = memory->rows[lsn - 1];
        lsn = memory->rows[lsn - 1].prev;
    }
    return SAGA_OK;
}

/* The same with all bytes copied into the arena. */
static enum saga_error copy_one(const struct memory *memory, struct span name, struct arena *arena,
                                struct saga_image *image)
{
    const struct memory_saga *saga = memory_saga_named(memory, name);
    if (!saga) {
        return SAGA_NOT_FOUND;
    }
    enum saga_error rc = chain(memory, saga, arena, image);
    if (rc != SAGA_OK) {
        return rc;
    }
    bool ok = true;
    image->name = arena_copy(arena, image->name, &ok);
    image->head.definition = arena_copy(arena, image->head.definition, &ok);
    for (uint32_t at = 0; at < image->row_count; at++) {
        image->rows[at].body = arena_copy(arena, image->rows[at].body, &ok);
        image->rows[at].payload = arena_copy(arena, image->rows[at].payload, &ok);
    }
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

static enum saga_error look_up(const struct memory *memory, struct span text, struct name *found)
{
    const struct name *name = map_get(&memory->names, text);
    if (!name) {
        return SAGA_NOT_FOUND;
    }
    *found = *name;
    found->text = (struct span){NULL, 0};
    return SAGA_OK;
}

static enum saga_error load_awake(struct store *store, store_image_fn fn, void *arg)
{
    struct memory *memory = memory_of(store);
    if (memory->failure != SAGA_OK) {
        return SAGA_STORE_FAILED;
    }
    struct store_filter unfinished = {.unfinished = true};
    for (size_t at = 0; at < memory->saga_count; at++) {
        const struct memory_saga *saga = &memory->sagas[at];
        if (saga->head.due_ms > 0 || !rows_head_matches(&saga->head, &unfinished)) {
            continue;
        }
        struct saga_image image;
        arena_reset(&memory->scratch);
        enum saga_error rc = chain(memory, saga, &memory->scratch, &image);
        if (rc == SAGA_OK) {
            rc = fn(&image, arg);
        }
        if (rc != SAGA_OK) {
            return rc;
        }
    }
    return SAGA_OK;
}

/* The one that comes first after the place. There are few in tests: no index. */
static const struct memory_saga *next_due(const struct memory *memory, const struct store_due *due)
{
    const struct memory_saga *next = NULL;
    for (size_t at = 0; at < memory->saga_count; at++) {
        const struct memory_saga *saga = &memory->sagas[at];
        int64_t due_ms = saga->head.due_ms;
        bool after = due_ms > due->after_ms ||
                     (due_ms == due->after_ms && saga->head.saga > due->after_saga);
        if (due_ms > 0 && due_ms < DUE_NEVER_MS && after && (!next || due_ms < next->head.due_ms)) {
            next = saga;
        }
    }
    return next;
}

static enum saga_error list_due(struct store *store, struct store_due *due, store_item_fn fn,
                                void *arg)
{
    struct memory *memory = memory_of(store);
    enum saga_error rc = memory->failure == SAGA_OK ? SAGA_OK : SAGA_STORE_FAILED;
    const struct memory_saga *saga;
    due->next_ms = INT64_MAX;
    while (rc == SAGA_OK && (saga = next_due(memory, due)) != NULL) {
        struct store_item item = {.head = saga->head, .name = saga->name};
        if (!rows_due_takes(due, saga->head.due_ms, saga->head.saga)) {
            break;
        }
        rc = fn(&item, arg);
    }
    return rc;
}

static enum saga_error load_schedules(struct store *store, store_schedule_fn fn, void *arg)
{
    struct memory *memory = memory_of(store);
    return memory->failure == SAGA_OK ? memory_claims_schedules(&memory->claims, fn, arg)
                                      : SAGA_STORE_FAILED;
}

static enum saga_error load_claims(struct store *store, store_claim_fn fn, void *arg)
{
    struct memory *memory = memory_of(store);
    enum saga_error rc = memory->failure == SAGA_OK ? SAGA_OK : SAGA_STORE_FAILED;
    for (size_t at = 0; at < memory->claims.claim_count && rc == SAGA_OK; at++) {
        struct store_claim claim = {.row = memory->claims.claims[at]};
        const struct memory_saga *saga = memory_find_saga(memory, claim.row.saga);
        CHECK(saga != NULL);
        claim.name = saga->name;
        rc = fn(&claim, arg);
    }
    return rc;
}

static enum saga_error load_definitions(struct store *store, store_definition_fn fn, void *arg)
{
    struct memory *memory = memory_of(store);
    if (memory->failure != SAGA_OK) {
        return SAGA_STORE_FAILED;
    }
    for (size_t at = 0; at < memory->definition_count; at++) {
        enum saga_error rc = fn(&memory->definitions[at], arg);
        if (rc != SAGA_OK) {
            return rc;
        }
    }
    return SAGA_OK;
}

static enum saga_error find_name(struct store *store, struct span text, struct name *found)
{
    struct memory *memory = memory_of(store);
    return memory->failure != SAGA_OK ? SAGA_STORE_FAILED : look_up(memory, text, found);
}

static enum saga_error load_one(struct store *store, struct span name, struct arena *arena,
                                struct saga_image *image)
{
    struct memory *memory = memory_of(store);
    return memory->failure != SAGA_OK ? SAGA_STORE_FAILED : copy_one(memory, name, arena, image);
}

/* --- readers of other threads --------------------------------------------------------------- */

static struct memory *reader_lock(struct store_reader *reader)
{
    PRE(reader != NULL);
    struct memory *memory = ((struct memory_reader *)reader)->memory;
    pthread_mutex_lock(&memory->lock);
    return memory;
}

static enum saga_error reader_load_one(struct store_reader *reader, struct span name,
                                       struct arena *arena, struct saga_image *image)
{
    struct memory *memory = reader_lock(reader);
    enum saga_error rc = load_one(&memory->store, name, arena, image);
    pthread_mutex_unlock(&memory->lock);
    return rc;
}

static enum saga_error list(const struct memory *memory, const struct store_filter *filter,
                            store_item_fn fn, void *arg)
{
    size_t left = filter->before == 0 ? memory->saga_count : saga_at(memory, filter->before);
    uint32_t given = 0;
    if (filter->left_off) {
        *filter->left_off = 0;
    }
    for (; left > 0 && given < filter->limit; left--) {
        const struct memory_saga *saga = &memory->sagas[left - 1];
        bool is_of = filter->parent.size == 0 || rows_is_child(saga->name, filter->parent);
        if (!is_of || !rows_head_matches(&saga->head, filter)) {
            continue;
        }
        struct store_item item = {.head = saga->head, .name = saga->name};
        enum saga_error rc = fn(&item, arg);
        if (rc != SAGA_OK) {
            return rc;
        }
        given++;
    }
    return SAGA_OK;
}

static enum saga_error reader_list(struct store_reader *reader, const struct store_filter *filter,
                                   store_item_fn fn, void *arg)
{
    PRE(filter->limit > 0);
    struct memory *memory = reader_lock(reader);
    enum saga_error rc = SAGA_STORE_FAILED;
    if (memory->failure == SAGA_OK) {
        rc = list(memory, filter, fn, arg);
    }
    pthread_mutex_unlock(&memory->lock);
    return rc;
}

static enum saga_error reader_find_name(struct store_reader *reader, struct span text,
                                        struct name *found)
{
    struct memory *memory = reader_lock(reader);
    enum saga_error rc = find_name(&memory->store, text, found);
    pthread_mutex_unlock(&memory->lock);
    return rc;
}

static enum saga_error reader_list_deliveries(struct store_reader *reader,
                                              const struct delivery_filter *filter,
                                              store_delivery_fn fn, void *arg)
{
    struct memory *memory = reader_lock(reader);
    enum saga_error rc = memory->failure != SAGA_OK
                             ? SAGA_STORE_FAILED
                             : memory_outbox_list(&memory->outbox, filter, fn, arg);
    pthread_mutex_unlock(&memory->lock);
    return rc;
}

static enum saga_error reader_load_delivery(struct store_reader *reader, uint64_t id,
                                            store_delivery_fn fn, void *arg)
{
    struct memory *memory = reader_lock(reader);
    enum saga_error rc = memory->failure != SAGA_OK
                             ? SAGA_STORE_FAILED
                             : memory_outbox_load(&memory->outbox, id, fn, arg);
    pthread_mutex_unlock(&memory->lock);
    return rc;
}

static enum saga_error reader_list_hooks(struct store_reader *reader, store_hook_fn fn, void *arg)
{
    struct memory *memory = reader_lock(reader);
    enum saga_error rc = memory->failure != SAGA_OK ? SAGA_STORE_FAILED
                                                    : memory_outbox_hooks(&memory->outbox, fn, arg);
    pthread_mutex_unlock(&memory->lock);
    return rc;
}

static enum saga_error reader_list_schedules(struct store_reader *reader, store_schedule_fn fn,
                                             void *arg)
{
    struct memory *memory = reader_lock(reader);
    enum saga_error rc = load_schedules(&memory->store, fn, arg);
    pthread_mutex_unlock(&memory->lock);
    return rc;
}

static void reader_close(struct store_reader **reader)
{
    free(*reader);
    *reader = NULL;
}

static const struct store_reader_ops reader_ops = {
    .load_one = reader_load_one,
    .list = reader_list,
    .find_name = reader_find_name,
    .list_deliveries = reader_list_deliveries,
    .load_delivery = reader_load_delivery,
    .list_hooks = reader_list_hooks,
    .list_schedules = reader_list_schedules,
    .close = reader_close,
};

static enum saga_error reader_open(struct store *store, struct store_reader **reader)
{
    struct memory_reader *opened = calloc(1, sizeof(*opened));
    if (!opened) {
        return SAGA_NO_MEMORY;
    }
    *opened = (struct memory_reader){.reader.ops = &reader_ops, .memory = memory_of(store)};
    *reader = &opened->reader;
    return SAGA_OK;
}

/* --- open, close, faults -------------------------------------------------------------------- */

static void memory_close(struct store **store)
{
    if (!*store) {
        return;
    }
    struct memory *memory = memory_of(*store);
    memory->magic = 0;
    memory_outbox_close(&memory->outbox);
    memory_claims_close(&memory->claims);
    map_close(&memory->names);
    inbox_memory_close(&memory->inbox);
    arena_close(&memory->arena);
    arena_close(&memory->scratch);
    free(memory->rows);
    free(memory->sagas);
    free(memory->definitions);
    pthread_mutex_destroy(&memory->lock);
    free(memory);
    *store = NULL;
}

static bool has_space(struct store *store)
{
    return memory_of(store) != NULL;
}

static const struct store_ops memory_ops = {
    .name = "memory",
    .facts = facts,
    .submit = submit,
    .durable = durable,
    .wake = wake,
    .has_space = has_space,
    .load_awake = load_awake,
    .list_due = list_due,
    .load_definitions = load_definitions,
    .load_schedules = load_schedules,
    .load_claims = load_claims,
    .find_name = find_name,
    .load_one = load_one,
    .inbox = &memory_inbox_ops,
    .reader_open = reader_open,
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
    pthread_mutex_init(&memory->lock, NULL);
    arena_open(&memory->arena, &arena_heap, SIZE_MAX);
    arena_open(&memory->scratch, &arena_heap, SIZE_MAX);
    map_open(&memory->names);
    inbox_memory_open(&memory->inbox);
    *store = &memory->store;
    return SAGA_OK;
}

void store_memory_fail_at(struct store *store, uint64_t n)
{
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
    memory_of(store)->held = hold;
}
