/* inbox_memory.c - the twin of the inbox's tables: arrays that are looked through from one end. */
#include "store/inbox_memory.h"

#include <stdlib.h>

#include "base/buf.h"

struct memory_identity {
    uint64_t number;
    bool is_offered;
    uint32_t delivered;
    struct span started;
};

struct memory_want {
    uint64_t saga;
    struct span name;
    uint64_t mark;
};

struct memory_wait {
    struct store_wait wait;
    struct span path;
    int64_t value;
};

void inbox_memory_open(struct inbox_memory *inbox)
{
    *inbox = (struct inbox_memory){0};
    map_open(&inbox->identities);
}

void inbox_memory_close(struct inbox_memory *inbox)
{
    map_close(&inbox->identities);
    free(inbox->events);
    free(inbox->wants);
    free(inbox->waits);
    *inbox = (struct inbox_memory){0};
}

static bool reserve(void **items, size_t *capacity, size_t size, size_t needed)
{
    if (needed <= *capacity) {
        return true;
    }
    size_t wanted = needed * 2 + 16;
    void *grown = realloc(*items, wanted * size);
    if (!grown) {
        return false;
    }
    *items = grown;
    *capacity = wanted;
    return true;
}

/* ---- identities ---- */

/* Neither half may hold a zero byte: those are no texts that come in. */
static struct span identity_key(struct span source, struct span id, struct buf *out)
{
    buf_clear(out);
    buf_write(out, source.data, source.size);
    buf_write(out, "", 1);
    buf_write(out, id.data, id.size);
    return buf_span(out);
}

static struct memory_identity *find_identity(const struct inbox_memory *inbox, struct span source,
                                             struct span id)
{
    struct buf key;
    buf_open(&key, 1 << 20);
    struct memory_identity *found = map_get(&inbox->identities, identity_key(source, id, &key));
    buf_close(&key);
    return found;
}

static bool add_identity(struct inbox_memory *inbox, const struct inbox_row *row,
                         struct arena *arena)
{
    struct buf key;
    bool ok = true;
    buf_open(&key, 1 << 20);
    struct span kept = arena_copy(arena, identity_key(row->source, row->id, &key), &ok);
    buf_close(&key);
    struct memory_identity *identity = ARENA_NEW(arena, struct memory_identity);
    if (!ok || !identity) {
        return false;
    }
    *identity = (struct memory_identity){.number = row->number};
    return map_put(&inbox->identities, kept, identity) == SAGA_OK;
}

/* ---- committing ---- */

static enum saga_error guard(const struct inbox_memory *inbox, const struct rows *rows)
{
    for (uint32_t at = 0; at < rows->inbox_count; at++) {
        const struct inbox_row *row = &rows->inbox[at];
        if (row->number != inbox->last + 1 + at || find_identity(inbox, row->source, row->id)) {
            return SAGA_STORE_CORRUPT;
        }
    }
    for (uint32_t at = 0; at < rows->inbox_done_count; at++) {
        const struct inbox_done *done = &rows->inbox_done[at];
        const struct memory_identity *identity = find_identity(inbox, done->source, done->id);
        if (!identity || identity->is_offered) {
            return SAGA_STORE_CORRUPT;
        }
    }
    return SAGA_OK;
}

static bool add_event(struct inbox_memory *inbox, const struct inbox_row *source,
                      struct arena *arena)
{
    bool ok = true;
    struct inbox_row *row = &inbox->events[inbox->event_count++];
    *row = *source;
    row->name = arena_copy(arena, row->name, &ok);
    row->source = arena_copy(arena, row->source, &ok);
    row->id = arena_copy(arena, row->id, &ok);
    row->saga = arena_copy(arena, row->saga, &ok);
    row->cause = arena_copy(arena, row->cause, &ok);
    row->data = arena_copy(arena, row->data, &ok);
    inbox->last = row->number;
    return ok && add_identity(inbox, row, arena);
}

static void drop_want(struct inbox_memory *inbox, const struct wait_row *row)
{
    for (size_t at = 0; at < inbox->want_count; at++) {
        if (inbox->wants[at].saga == row->saga && span_equal(inbox->wants[at].name, row->name)) {
            inbox->wants[at] = inbox->wants[--inbox->want_count];
            return;
        }
    }
}

/* Index of the first wait that is not before this step. */
static size_t wait_at(const struct inbox_memory *inbox, uint64_t saga, uint32_t step)
{
    size_t at = 0;
    while (at < inbox->wait_count) {
        const struct store_wait *wait = &inbox->waits[at].wait;
        if (wait->saga > saga || (wait->saga == saga && wait->step >= step)) {
            break;
        }
        at++;
    }
    return at;
}

static struct memory_wait *find_wait(const struct inbox_memory *inbox, uint64_t saga, uint32_t step)
{
    size_t at = wait_at(inbox, saga, step);
    if (at == inbox->wait_count || inbox->waits[at].wait.saga != saga ||
        inbox->waits[at].wait.step != step) {
        return NULL;
    }
    return &inbox->waits[at];
}

static enum saga_error begin_wait(struct inbox_memory *inbox, const struct wait_row *row,
                                  struct arena *arena)
{
    bool ok = true;
    size_t at = wait_at(inbox, row->saga, row->step);
    if (find_wait(inbox, row->saga, row->step)) {
        return SAGA_STORE_CORRUPT;
    }
    struct memory_wait *place = &inbox->waits[at];
    memmove(place + 1, place, (inbox->wait_count - at) * sizeof(*place));
    inbox->wait_count++;
    *place = (struct memory_wait){.wait = {.saga = row->saga, .step = row->step, .mark = row->mark},
                                  .value = row->value};
    place->wait.name = arena_copy(arena, row->name, &ok);
    place->path = arena_copy(arena, row->path, &ok);
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

static enum saga_error change_wait(struct inbox_memory *inbox, const struct wait_row *row,
                                   struct arena *arena)
{
    struct memory_wait *wait = find_wait(inbox, row->saga, row->step);
    bool ok = true;
    switch (row->change) {
    case WAIT_WANTED:
        drop_want(inbox, row);
        inbox->wants[inbox->want_count++] = (struct memory_want){
            .saga = row->saga, .name = arena_copy(arena, row->name, &ok), .mark = row->mark};
        break;
    case WAIT_UNWANTED:
        drop_want(inbox, row);
        break;
    case WAIT_BEGUN:
        return begin_wait(inbox, row, arena);
    case WAIT_RECALLED:
        if (wait) {
            wait->wait.is_recalled = true;
        }
        break;
    case WAIT_ENDED:
        if (wait) {
            const struct memory_wait *end = inbox->waits + inbox->wait_count--;
            memmove(wait, wait + 1, (size_t)(end - wait - 1) * sizeof(*wait));
        }
        break;
    }
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

static bool is_kept(const struct inbox_memory *inbox, const struct inbox_row *row)
{
    if (row->number > inbox->offered) {
        return true;
    }
    for (size_t at = 0; at < inbox->want_count; at++) {
        if (inbox->wants[at].mark < row->number && span_equal(inbox->wants[at].name, row->name)) {
            return true;
        }
    }
    for (size_t at = 0; at < inbox->wait_count; at++) {
        const struct store_wait *wait = &inbox->waits[at].wait;
        if (!wait->is_recalled && span_equal(wait->name, row->name)) {
            return true;
        }
    }
    return false;
}

static void prune(struct inbox_memory *inbox)
{
    size_t kept = 0;
    for (size_t at = 0; at < inbox->event_count; at++) {
        if (is_kept(inbox, &inbox->events[at])) {
            inbox->events[kept++] = inbox->events[at];
        }
    }
    inbox->event_count = kept;
}

static bool note_offered(struct inbox_memory *inbox, const struct inbox_done *done,
                         struct arena *arena)
{
    bool ok = true;
    struct memory_identity *identity = find_identity(inbox, done->source, done->id);
    CHECK(identity != NULL);
    identity->is_offered = true;
    identity->delivered = done->delivered;
    identity->started = arena_copy(arena, done->started, &ok);
    inbox->offered = done->number;
    return ok;
}

enum saga_error inbox_memory_commit(struct inbox_memory *inbox, const struct rows *rows,
                                    struct arena *arena)
{
    if (rows->inbox_count + rows->inbox_done_count + rows->wait_count == 0) {
        return SAGA_OK;
    }
    enum saga_error rc = guard(inbox, rows);
    void *items[] = {inbox->events, inbox->wants, inbox->waits};
    bool ok = reserve(&items[0], &inbox->event_capacity, sizeof(*inbox->events),
                      inbox->event_count + rows->inbox_count) &&
              reserve(&items[1], &inbox->want_capacity, sizeof(*inbox->wants),
                      inbox->want_count + rows->wait_count) &&
              reserve(&items[2], &inbox->wait_capacity, sizeof(*inbox->waits),
                      inbox->wait_count + rows->wait_count);
    inbox->events = items[0];
    inbox->wants = items[1];
    inbox->waits = items[2];
    rc = rc == SAGA_OK && !ok ? SAGA_NO_MEMORY : rc;
    for (uint32_t at = 0; at < rows->inbox_count && rc == SAGA_OK; at++) {
        rc = add_event(inbox, &rows->inbox[at], arena) ? SAGA_OK : SAGA_NO_MEMORY;
    }
    for (uint32_t at = 0; at < rows->wait_count && rc == SAGA_OK; at++) {
        rc = change_wait(inbox, &rows->waits[at], arena);
    }
    for (uint32_t at = 0; at < rows->inbox_done_count && rc == SAGA_OK; at++) {
        rc = note_offered(inbox, &rows->inbox_done[at], arena) ? SAGA_OK : SAGA_NO_MEMORY;
    }
    if (rc == SAGA_OK) {
        prune(inbox);
    }
    return rc;
}

/* ---- reading ---- */

enum saga_error inbox_memory_find(const struct inbox_memory *inbox, struct span source,
                                  struct span id, struct inbox_found *found)
{
    const struct memory_identity *identity = find_identity(inbox, source, id);
    if (!identity) {
        return SAGA_NOT_FOUND;
    }
    *found = (struct inbox_found){.number = identity->number,
                                  .is_offered = identity->is_offered,
                                  .delivered = identity->delivered,
                                  .started = identity->started};
    return SAGA_OK;
}

enum saga_error inbox_memory_load(const struct inbox_memory *inbox, uint64_t number,
                                  struct inbox_row *row)
{
    for (size_t at = 0; at < inbox->event_count; at++) {
        if (inbox->events[at].number == number) {
            *row = inbox->events[at];
            return SAGA_OK;
        }
    }
    return SAGA_NOT_FOUND;
}

enum saga_error inbox_memory_next(const struct inbox_memory *inbox, struct span name,
                                  uint64_t number, struct inbox_row *row)
{
    for (size_t at = 0; at < inbox->event_count; at++) {
        if (inbox->events[at].number > number && span_equal(inbox->events[at].name, name)) {
            *row = inbox->events[at];
            return SAGA_OK;
        }
    }
    return SAGA_NOT_FOUND;
}

static int compare(struct span a, struct span b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size > 0 ? memcmp(a.data, b.data, size) : 0;
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

enum saga_error inbox_memory_next_path(const struct inbox_memory *inbox, struct span name,
                                       struct span path, struct span *next)
{
    bool is_found = false;
    for (size_t at = 0; at < inbox->wait_count; at++) {
        const struct memory_wait *wait = &inbox->waits[at];
        bool is_behind = span_equal(wait->wait.name, name) && compare(wait->path, path) > 0;
        if (is_behind && (!is_found || compare(wait->path, *next) < 0)) {
            *next = wait->path;
            is_found = true;
        }
    }
    return is_found ? SAGA_OK : SAGA_NOT_FOUND;
}

bool inbox_memory_any_wait(const struct inbox_memory *inbox, size_t *at, struct store_wait *wait)
{
    if (*at >= inbox->wait_count) {
        return false;
    }
    *wait = inbox->waits[(*at)++].wait;
    return true;
}

bool inbox_memory_wait(const struct inbox_memory *inbox, const struct wait_query *query, size_t *at,
                       struct store_wait *wait)
{
    while (inbox_memory_any_wait(inbox, at, wait)) {
        const struct memory_wait *found = &inbox->waits[*at - 1];
        bool is_behind =
            wait->saga > query->saga || (wait->saga == query->saga && wait->step > query->step);
        if (is_behind && span_equal(wait->name, query->name) && found->value == query->value &&
            span_equal(found->path, query->path)) {
            return true;
        }
    }
    return false;
}
