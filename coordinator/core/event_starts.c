/* event_starts.c - starts the sagas that an event starts, by the newest version of each
 * definition.
 *
 * The id of a saga that an event starts follows from the event, and the event's identity tells
 * whether two starts are the same: if the event is offered again after a crash, the saga is
 * found to exist. A start that is not possible (a template that finds nothing, an id that is not
 * allowed, an input that the schema refuses, an id that belongs to another start) is logged and
 * counted, and stops no other start. */
#include "core/event_starts.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/log.h"
#include "base/mp.h"
#include "core/full.h"
#include "core/starts.h"
#include "core/state.h"
#include "engine/event.h"
#include "language/condition.h"
#include "language/template.h"
#include "store/catalog.h"

enum { RETRY_MS = 1000, MADE_ID_HEX = 32 };

struct start_work {
    struct core *core;
    const struct definition *definition;
    struct scope scope;
    struct arena *arena;
    struct start_request start;
    const char *why; /* a sentence that says why the saga cannot be started */
};

static void say_refused(const struct start_work *work, const char *why)
{
    char definition[LIMIT_NAME + 1];
    char id[LIMIT_EVENT_ID + 1];
    const struct inbox_row *row = &work->core->events.delivering.row;
    snprintf(definition, sizeof(definition), "%.*s", (int)work->definition->name.size,
             (const char *)work->definition->name.data);
    snprintf(id, sizeof(id), "%.*s", (int)row->id.size, (const char *)row->id.data);
    log_line(LOG_WARN, "event_starts_nothing", "definition", definition, "event", id, "why", why,
             NULL);
    work->core->events.refused++;
}

/* Finds the first item of the definition's `on` that the event matches; NULL = none does. */
static const struct event_start *find_item(struct start_work *work)
{
    const struct definition *definition = work->definition;
    for (uint32_t i = 0; i < definition->start_count; i++) {
        const struct event_start *item = &definition->starts[i];
        bool holds = span_equal(item->event, work->core->events.delivering.row.name);
        if (holds && item->match) {
            enum saga_error rc = condition_holds(item->match, &work->scope, &holds);
            if (rc == SAGA_NO_MEMORY) {
                core_fail(work->core, rc);
                return NULL;
            }
            if (rc != SAGA_OK) {
                say_refused(work, "its match looks at too much");
            }
            holds = holds && rc == SAGA_OK;
        }
        if (holds) {
            return item;
        }
    }
    return NULL;
}

static bool fill(struct start_work *work, const struct template *template, struct span *value)
{
    struct buf *out = &work->core->events.scratch;
    struct span missing = {NULL, 0};
    bool ok = true;
    buf_clear(out);
    enum saga_error rc = template_fill(template, &work->scope, out, &missing);
    *value = rc == SAGA_OK ? arena_copy(work->arena, buf_span(out), &ok) : *value;
    if (rc == SAGA_NO_MEMORY || !ok) {
        core_fail(work->core, SAGA_NO_MEMORY);
    } else if (rc != SAGA_OK) {
        work->why = "a reference of its 'on' finds nothing, or too much";
    }
    return rc == SAGA_OK && ok;
}

/* May a caller give this id to a saga? Ids with "~" are those of child sagas. */
static bool is_saga_id(struct span id)
{
    for (size_t i = 0; i < id.size; i++) {
        uint8_t c = id.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '.' && c != '_' && c != ':' && c != '-') {
            return false;
        }
    }
    return id.size > 0 && id.size <= LIMIT_SAGA_ID;
}

/* Makes the digest by which two starts are the same: of the event and the definition's name, but
 * not its version, which may be another one when the event is offered again. */
static bool set_digest(struct start_work *work)
{
    const struct inbox_row *row = &work->core->events.delivering.row;
    struct buf *out = &work->core->events.scratch;
    buf_clear(out);
    mp_put_array(out, 4);
    mp_put_text(out, "event");
    mp_put_str(out, work->definition->name);
    mp_put_str(out, row->source);
    mp_put_str(out, row->id);
    digest_pair(buf_span(out), (struct span){NULL, 0}, work->start.digest);
    return !buf_failed(out);
}

static bool make_id(struct start_work *work)
{
    char hex[2 * DIGEST_SIZE + 1];
    struct span name = work->definition->name;
    uint8_t *id = arena_take(work->arena, name.size + 1 + MADE_ID_HEX);
    digest_hex(span_of(work->start.digest, DIGEST_SIZE), hex);
    if (!id) {
        core_fail(work->core, SAGA_NO_MEMORY);
        return false;
    }
    memcpy(id, name.data, name.size);
    id[name.size] = '-';
    memcpy(id + name.size + 1, hex, MADE_ID_HEX);
    work->start.name = span_of(id, name.size + 1 + MADE_ID_HEX);
    return true;
}

static bool set_id(struct start_work *work, const struct event_start *item)
{
    struct span value = {NULL, 0};
    if (!item->id) {
        return make_id(work);
    }
    if (!fill(work, item->id, &value)) {
        return false;
    }
    struct mp mp = mp_open(value);
    work->start.name = mp_type(value) == MP_STR ? mp_str(&mp) : (struct span){NULL, 0};
    if (!is_saga_id(work->start.name)) {
        work->why = "its 'id' gives no saga's id: 1 to 128 of A-Z a-z 0-9 . _ : -";
        return false;
    }
    return true;
}

static bool make_start(struct start_work *work, const struct event_start *item)
{
    const struct delivering *delivering = &work->core->events.delivering;
    work->start = (struct start_request){.definition = work->definition,
                                         .input = delivering->row.data,
                                         .event = buf_span(&delivering->event),
                                         .event_number = delivering->row.number};
    if (!set_digest(work)) {
        core_fail(work->core, SAGA_NO_MEMORY);
        return false;
    }
    return set_id(work, item) && (!item->input || fill(work, item->input, &work->start.input));
}

/* Starts the saga, or logs why that is not possible. false: there is no room for it now; ask again
 * later. */
static bool start_one(struct start_work *work, const struct event_start *item)
{
    struct delivering *delivering = &work->core->events.delivering;
    if (!make_start(work, item)) {
        if (work->core->failure == SAGA_OK) {
            say_refused(work, work->why);
        }
        return true;
    }
    struct event event = {.kind = EVENT_START, .now_ms = work->core->now_ms, .start = work->start};
    enum saga_error rc = starts_step(work->core, &event, &work->why);
    if (work->core->failure != SAGA_OK) {
        return false;
    }
    if (rc == SAGA_OVERLOADED) {
        work->core->events.retry_ms = work->core->now_ms + RETRY_MS;
        return false;
    }
    if (rc == SAGA_OK) {
        mp_put_str(&delivering->started, work->start.name);
        delivering->started_count++;
    } else {
        const char *taken = "a saga of this id was started by something else";
        say_refused(work, rc == SAGA_IDEMPOTENCY_CONFLICT ? taken
                          : work->why                     ? work->why
                                                          : error_sentence(rc));
    }
    return true;
}

bool event_starts_go_on(struct core *core)
{
    struct delivering *delivering = &core->events.delivering;
    const struct definition *definition;
    size_t at = delivering->catalog_at;
    while ((definition = catalog_next(core->options.catalog, &at)) != NULL) {
        struct start_work work = {.core = core,
                                  .definition = definition,
                                  .arena = &delivering->arena,
                                  .scope = {.event = buf_span(&delivering->event)}};
        const struct event_start *item = find_item(&work);
        if (item && (core_is_full(core) || !start_one(&work, item))) {
            return false;
        }
        delivering->catalog_at = at;
    }
    return core->failure == SAGA_OK;
}
