/* memory_events.c - the twin of the tables inbox, want and wait: arrays that are looked through. */
#include "store/memory_events.h"

#include <stdlib.h>

#include "base/buf.h"
#include "store/memory_array.h"

/* What is known of each event that ever came. */
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

void memory_events_open(struct memory_events *inbox)
{
    *inbox = (struct memory_events){0};
    map_open(&inbox->identities);
}

void memory_events_close(struct memory_events *inbox)
{
    PRE(inbox->want_count <= inbox->want_capacity);
    map_close(&inbox->identities);
    free(inbox->events);
    free(inbox->wants);
    free(inbox->waits);
    *inbox = (struct memory_events){0};
}

/* ---- identities ---- */

/* The key of an event in the map of identities: source, a zero byte, id. Neither text has a zero
 * byte, so no two identities have the same key. */
static struct span identity_key(struct span source, struct span id, struct buf *out)
{
    PRE(source.size == 0 || !memchr(source.data, '\0', source.size));
    buf_clear(out);
    buf_write(out, source.data, source.size);
    buf_write(out, "", 1);
    buf_write(out, id.data, id.size);
    return buf_span(out);
}

static struct memory_identity *find_identity(const struct memory_events *inbox, struct span source,
                                             struct span id)
{
    PRE(inbox->offered <= inbox->last);
    struct buf key;
    buf_open(&key, 1 << 20);
    struct memory_identity *found = map_get(&inbox->identities, identity_key(source, id, &key));
    buf_close(&key);
    return found;
}

static bool add_identity(struct memory_events *inbox, const struct inbox_row *row,
                         struct arena *arena)
{
    PRE(row->number > 0);
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

/* Refuses what the keys of the database would refuse: a new event whose source and id are known
 * already, and the outcome of an event that is unknown or has an outcome. */
static enum saga_error guard(const struct memory_events *inbox, const struct rows *rows)
{
    IMPLIES(rows->inbox_count > 0, rows->inbox != NULL);
    IMPLIES(rows->inbox_done_count > 0, rows->inbox_done != NULL);
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

static bool add_event(struct memory_events *inbox, const struct inbox_row *source,
                      struct arena *arena)
{
    PRE(inbox->event_count < inbox->event_capacity);
    PRE(source->number == inbox->last + 1);
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

static void drop_want(struct memory_events *inbox, const struct wait_row *row)
{
    PRE(row->change == WAIT_WANTED || row->change == WAIT_UNWANTED);
    for (size_t at = 0; at < inbox->want_count; at++) {
        if (inbox->wants[at].saga == row->saga && span_equal(inbox->wants[at].name, row->name)) {
            inbox->wants[at] = inbox->wants[--inbox->want_count];
            return;
        }
    }
}

/* Index of the first wait that belongs to this step of the saga or, in the order of saga and step,
 * to a later one. */
static size_t wait_at(const struct memory_events *inbox, uint64_t saga, uint32_t step)
{
    size_t at = 0;
    while (at < inbox->wait_count) {
        const struct store_wait *wait = &inbox->waits[at].wait;
        if (wait->saga > saga || (wait->saga == saga && wait->step >= step)) {
            break;
        }
        at++;
    }
    POST(at <= inbox->wait_count);
    return at;
}

static struct memory_wait *find_wait(const struct memory_events *inbox, uint64_t saga,
                                     uint32_t step)
{
    PRE(saga > 0);
    size_t at = wait_at(inbox, saga, step);
    if (at == inbox->wait_count || inbox->waits[at].wait.saga != saga ||
        inbox->waits[at].wait.step != step) {
        return NULL;
    }
    return &inbox->waits[at];
}

static enum saga_error begin_wait(struct memory_events *inbox, const struct wait_row *row,
                                  struct arena *arena)
{
    PRE(inbox->wait_count < inbox->wait_capacity);
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

static enum saga_error add_want(struct memory_events *inbox, const struct wait_row *row,
                                struct arena *arena)
{
    drop_want(inbox, row);
    CHECK(inbox->want_count < inbox->want_capacity);
    bool ok = true;
    inbox->wants[inbox->want_count++] = (struct memory_want){
        .saga = row->saga, .name = arena_copy(arena, row->name, &ok), .mark = row->mark};
    return ok ? SAGA_OK : SAGA_NO_MEMORY;
}

static void recall_wait(struct memory_wait *wait)
{
    if (wait) {
        CHECK(wait->wait.name.size > 0);
        wait->wait.is_recalled = true;
    }
}

static void end_wait(struct memory_events *inbox, struct memory_wait *wait)
{
    if (wait) {
        PRE(wait >= inbox->waits && wait < inbox->waits + inbox->wait_count);
        const struct memory_wait *end = inbox->waits + inbox->wait_count--;
        memmove(wait, wait + 1, (size_t)(end - wait - 1) * sizeof(*wait));
    }
}

static void miss_wait(struct memory_wait *wait, uint64_t mark)
{
    MAYBE(!wait);
    if (wait && wait->wait.is_recalled) {
        PRE(mark >= wait->wait.mark);
        wait->wait.is_recalled = false;
        wait->wait.mark = mark;
    }
}

static enum saga_error change_wait(struct memory_events *inbox, const struct wait_row *row,
                                   struct arena *arena)
{
    switch (row->change) {
    case WAIT_WANTED:
        return add_want(inbox, row, arena);
    case WAIT_UNWANTED:
        drop_want(inbox, row);
        return SAGA_OK;
    case WAIT_BEGUN:
        return begin_wait(inbox, row, arena);
    case WAIT_RECALLED:
        recall_wait(find_wait(inbox, row->saga, row->step));
        return SAGA_OK;
    case WAIT_MISSED:
        miss_wait(find_wait(inbox, row->saga, row->step), row->mark);
        return SAGA_OK;
    case WAIT_ENDED:
        end_wait(inbox, find_wait(inbox, row->saga, row->step));
        return SAGA_OK;
    }
    UNREACHABLE("a change of a wait");
}

static bool is_kept(const struct memory_events *inbox, const struct inbox_row *row)
{
    PRE(row->number <= inbox->last);
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

static void prune(struct memory_events *inbox)
{
    size_t kept = 0;
    for (size_t at = 0; at < inbox->event_count; at++) {
        if (is_kept(inbox, &inbox->events[at])) {
            inbox->events[kept++] = inbox->events[at];
        }
    }
    POST(kept <= inbox->event_count);
    inbox->event_count = kept;
}

static bool note_offered(struct memory_events *inbox, const struct inbox_done *done,
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

static enum saga_error reserve_all(struct memory_events *inbox, const struct rows *rows)
{
    void *items[] = {inbox->events, inbox->wants, inbox->waits};
    enum saga_error rc =
        memory_array_reserve(&items[0], &inbox->event_capacity, sizeof(*inbox->events),
                             inbox->event_count + rows->inbox_count);
    if (rc == SAGA_OK) {
        rc = memory_array_reserve(&items[1], &inbox->want_capacity, sizeof(*inbox->wants),
                                  inbox->want_count + rows->wait_count);
    }
    if (rc == SAGA_OK) {
        rc = memory_array_reserve(&items[2], &inbox->wait_capacity, sizeof(*inbox->waits),
                                  inbox->wait_count + rows->wait_count);
    }
    inbox->events = items[0];
    inbox->wants = items[1];
    inbox->waits = items[2];
    IMPLIES(rc == SAGA_OK, inbox->wait_capacity - inbox->wait_count >= rows->wait_count);
    return rc;
}

static enum saga_error apply(struct memory_events *inbox, const struct rows *rows,
                             struct arena *arena)
{
    enum saga_error rc = SAGA_OK;
    for (uint32_t at = 0; at < rows->inbox_count && rc == SAGA_OK; at++) {
        rc = add_event(inbox, &rows->inbox[at], arena) ? SAGA_OK : SAGA_NO_MEMORY;
    }
    for (uint32_t at = 0; at < rows->wait_count && rc == SAGA_OK; at++) {
        rc = change_wait(inbox, &rows->waits[at], arena);
    }
    for (uint32_t at = 0; at < rows->inbox_done_count && rc == SAGA_OK; at++) {
        rc = note_offered(inbox, &rows->inbox_done[at], arena) ? SAGA_OK : SAGA_NO_MEMORY;
    }
    POST(inbox->event_count <= inbox->event_capacity);
    return rc;
}

enum saga_error memory_events_commit(struct memory_events *inbox, const struct rows *rows,
                                     struct arena *arena)
{
    if (rows->inbox_count + rows->inbox_done_count + rows->wait_count == 0) {
        return SAGA_OK;
    }
    enum saga_error rc = guard(inbox, rows);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = reserve_all(inbox, rows);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = apply(inbox, rows, arena);
    if (rc == SAGA_OK) {
        prune(inbox);
    }
    POST(inbox->offered <= inbox->last);
    return rc;
}

/* ---- reading ---- */

enum saga_error memory_events_find(const struct memory_events *inbox, struct span source,
                                   struct span id, struct inbox_found *found)
{
    const struct memory_identity *identity = find_identity(inbox, source, id);
    if (!identity) {
        return SAGA_NOT_FOUND;
    }
    CHECK(identity->number <= inbox->last);
    *found = (struct inbox_found){.number = identity->number,
                                  .is_offered = identity->is_offered,
                                  .delivered = identity->delivered,
                                  .started = identity->started};
    return SAGA_OK;
}

enum saga_error memory_events_load(const struct memory_events *inbox, uint64_t number,
                                   struct inbox_row *row)
{
    PRE(inbox->event_count <= inbox->event_capacity);
    for (size_t at = 0; at < inbox->event_count; at++) {
        if (inbox->events[at].number == number) {
            *row = inbox->events[at];
            return SAGA_OK;
        }
    }
    return SAGA_NOT_FOUND;
}

enum saga_error memory_events_next(const struct memory_events *inbox, struct span name,
                                   uint64_t number, struct inbox_row *row)
{
    for (size_t at = 0; at < inbox->event_count; at++) {
        IMPLIES(at > 0, inbox->events[at].number > inbox->events[at - 1].number);
        if (inbox->events[at].number > number && span_equal(inbox->events[at].name, name)) {
            *row = inbox->events[at];
            return SAGA_OK;
        }
    }
    return SAGA_NOT_FOUND;
}

enum saga_error memory_events_next_path(const struct memory_events *inbox, struct span name,
                                        struct span path, struct span *next)
{
    bool is_found = false;
    for (size_t at = 0; at < inbox->wait_count; at++) {
        const struct memory_wait *wait = &inbox->waits[at];
        bool is_behind = span_equal(wait->wait.name, name) && span_order(wait->path, path) > 0;
        if (is_behind && (!is_found || span_order(wait->path, *next) < 0)) {
            *next = wait->path;
            is_found = true;
        }
    }
    IMPLIES(is_found, span_order(*next, path) > 0);
    return is_found ? SAGA_OK : SAGA_NOT_FOUND;
}

bool memory_events_any_wait(const struct memory_events *inbox, size_t *at, struct store_wait *wait)
{
    PRE(*at <= inbox->wait_count);
    if (*at == inbox->wait_count) {
        return false;
    }
    *wait = inbox->waits[(*at)++].wait;
    return true;
}

bool memory_events_wait(const struct memory_events *inbox, const struct wait_query *query,
                        size_t *at, struct store_wait *wait)
{
    PRE(query->name.size > 0);
    while (memory_events_any_wait(inbox, at, wait)) {
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
