/* ticks.c - starts sagas by the schedules of definitions. */
#include "core/ticks.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/mp.h"
#include "base/zoneinfo.h"
#include "core/full.h"
#include "core/starts.h"
#include "core/state.h"
#include "engine/batch_items.h"
#include "engine/event.h"
#include "journal/event_value.h"
#include "language/schedule.h"
#include "language/template.h"
#include "store/catalog.h"

enum {
    TICKS_MAX = 64, /* ticks that one round handles */
    RETRY_MS = 1000,
    ZONE_BYTES = 1024 * 1024,
    OCCASION_BYTES = 4096,
};

void ticks_open(struct core *core)
{
    core->ticks = (struct ticks){.first = NULL};
    heap_open(&core->ticks.due);
}

static void forget(struct core *core, struct ticking *ticking)
{
    heap_drop(&core->ticks.due, &ticking->due);
    arena_close(&ticking->arena);
    free(ticking);
}

void ticks_close(struct core *core)
{
    struct ticking *ticking = core->ticks.first;
    while (ticking) {
        struct ticking *next = ticking->next;
        forget(core, ticking);
        ticking = next;
    }
    core->ticks.first = NULL;
    heap_close(&core->ticks.due);
}

/* ---- which there are ---- */

static void say(const struct ticking *ticking, const char *event, const char *what, const char *why)
{
    char name[LIMIT_NAME + 1];
    snprintf(name, sizeof(name), "%.*s", (int)ticking->definition->name.size,
             (const char *)ticking->definition->name.data);
    log_line(LOG_WARN, event, "definition", name, "what", what, "why", why, NULL);
}

/* Loads the schedule's time zone. A schedule whose zone is not known starts nothing, and that is
 * logged. */
static enum saga_error find_zone(struct ticking *ticking, bool *found)
{
    char name[LIMIT_NAME + 1];
    const char *why;
    enum saga_error rc =
        schedule_zone(ticking->schedule, zoneinfo_read, &ticking->arena, &ticking->zone, &why);
    *found = rc == SAGA_OK;
    if (rc != SAGA_OK && rc != SAGA_NO_MEMORY) {
        snprintf(name, sizeof(name), "%.*s", (int)ticking->schedule->timezone.size,
                 (const char *)ticking->schedule->timezone.data);
        say(ticking, "schedule_without_zone", name, why);
    }
    return rc == SAGA_NO_MEMORY ? rc : SAGA_OK;
}

static enum saga_error add(struct core *core, const struct definition *definition, uint32_t index,
                           int64_t mark_ms)
{
    struct ticks *ticks = &core->ticks;
    struct ticking *ticking = calloc(1, sizeof(*ticking));
    if (!ticking) {
        return SAGA_NO_MEMORY;
    }
    ticking->definition = definition;
    ticking->schedule = &definition->schedules[index];
    ticking->mark_ms = mark_ms;
    ticking->due.tie = ++ticks->count;
    arena_open(&ticking->arena, &arena_heap, ZONE_BYTES);
    ticking->next = ticks->first;
    ticks->first = ticking;
    bool found = false;
    enum saga_error rc = find_zone(ticking, &found);
    return found ? heap_set(&ticks->due, &ticking->due, mark_ms) : rc;
}

static bool has_schedule(const struct definition *definition, const uint8_t *digest)
{
    for (uint32_t i = 0; i < definition->schedule_count; i++) {
        if (memcmp(definition->schedules[i].digest, digest, DIGEST_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

/* The time since which every version of the definition has had this schedule: earlier ticks do not
 * count. */
static int64_t since_ms(const struct core *core, const struct definition *definition,
                        const uint8_t *digest)
{
    const struct catalog *catalog = core->options.catalog;
    const struct definition *first = definition;
    for (uint32_t version = definition->version; version > 1; version--) {
        const struct definition *older = catalog_find(catalog, definition->name, version - 1);
        if (!older || !has_schedule(older, digest)) {
            break;
        }
        first = older;
    }
    return catalog_applied_ms(catalog, first);
}

static enum saga_error add_all(struct core *core, const struct definition *definition)
{
    enum saga_error rc = SAGA_OK;
    for (uint32_t i = 0; i < definition->schedule_count && rc == SAGA_OK; i++) {
        rc = add(core, definition, i, since_ms(core, definition, definition->schedules[i].digest));
    }
    return rc;
}

static enum saga_error take_mark(const struct schedule_row *row, void *arg)
{
    struct core *core = arg;
    for (struct ticking *t = core->ticks.first; t; t = t->next) {
        if (memcmp(t->schedule->digest, row->entry, DIGEST_SIZE) == 0 &&
            span_equal(t->definition->name, row->definition) && t->mark_ms < row->tick_ms) {
            t->mark_ms = row->tick_ms;
        }
    }
    return SAGA_OK;
}

enum saga_error ticks_recover(struct core *core)
{
    struct store *store = core->options.store;
    enum saga_error rc = SAGA_OK;
    size_t at = 0;
    const struct definition *definition;
    while (rc == SAGA_OK && (definition = catalog_next(core->options.catalog, &at)) != NULL) {
        rc = add_all(core, definition);
    }
    return rc == SAGA_OK ? store->ops->load_schedules(store, take_mark, core) : rc;
}

void ticks_serve(struct core *core)
{
    core->ticks.serving_ms = core_host_ms(core);
    ticks_set_back(core);
}

void ticks_set_back(struct core *core)
{
    int64_t host_ms = core_host_ms(core);
    for (struct ticking *t = core->ticks.first; t; t = t->next) {
        if (t->mark_ms > host_ms) {
            t->mark_ms = host_ms;
        }
        if (t->due.place > 0) {
            enum saga_error rc = heap_set(&core->ticks.due, &t->due, t->mark_ms);
            CHECK(rc == SAGA_OK); /* no memory is needed, for the schedule is in the heap already */
        }
    }
}

/* Takes the schedules of the version before out of the list, and returns them as a list of their
 * own. */
static struct ticking *take_out(struct core *core, struct span name)
{
    struct ticking *out = NULL;
    struct ticking **at = &core->ticks.first;
    while (*at) {
        struct ticking *ticking = *at;
        if (span_equal(ticking->definition->name, name)) {
            *at = ticking->next;
            ticking->next = out;
            out = ticking;
        } else {
            at = &ticking->next;
        }
    }
    return out;
}

enum saga_error ticks_define(struct core *core, struct span name)
{
    const struct definition *definition = catalog_find(core->options.catalog, name, 0);
    struct ticking *old = take_out(core, name);
    enum saga_error rc = definition ? add_all(core, definition) : SAGA_OK;
    while (old) {
        struct ticking *next = old->next;
        /* A schedule that the new version has too goes on after its last tick, whatever else was
         * changed. */
        struct schedule_row row = {.definition = name, .tick_ms = old->mark_ms};
        memcpy(row.entry, old->schedule->digest, sizeof(row.entry));
        rc = rc == SAGA_OK ? take_mark(&row, core) : rc;
        forget(core, old);
        old = next;
    }
    return rc;
}

/* ---- starting ---- */

static bool put_mark(struct core *core, const struct ticking *ticking, int64_t mark_ms)
{
    struct schedule_row *row = batch_schedule(&core->making->batch);
    if (!row) {
        core_fail(core, SAGA_NO_MEMORY);
        return false;
    }
    /* The row may point to the definition's name, which lives as long as the catalog. */
    *row = (struct schedule_row){.definition = ticking->definition->name, .tick_ms = mark_ms};
    memcpy(row->entry, ticking->schedule->digest, sizeof(row->entry));
    return true;
}

/* Writes the data of the event: {scheduled_at: "2026-11-28T03:00:00.000Z"}. */
static void put_data(struct buf *out, int64_t tick_ms)
{
    char text[CLOCK_TEXT_SIZE];
    clock_format(tick_ms, text);
    mp_put_map(out, 1);
    mp_put_text(out, "scheduled_at");
    mp_put_text(out, text);
}

/* The event that a tick stands for: $.event of the saga that it starts. */
struct occasion {
    struct buf data;
    struct buf event;
    struct buf input; /* the saga's input, when the definition makes it of the event */
};

static void occasion_open(struct occasion *occasion, struct span id, int64_t tick_ms)
{
    buf_open(&occasion->data, OCCASION_BYTES);
    buf_open(&occasion->event, OCCASION_BYTES);
    buf_open(&occasion->input, 2 * LIMIT_VALUE);
    put_data(&occasion->data, tick_ms);
    struct inbox_row row = {.name = span_text("schedule"),
                            .source = span_text(EVENT_SOURCE_PREFIX "schedule"),
                            .id = id,
                            .at_ms = tick_ms,
                            .data = buf_span(&occasion->data)};
    event_value_put(&occasion->event, &row, true);
}

static void occasion_close(struct occasion *occasion)
{
    buf_close(&occasion->data);
    buf_close(&occasion->event);
    buf_close(&occasion->input);
}

/* Sets the saga's input: the event's data, or what the definition makes of the event. */
static enum saga_error make_input(const struct schedule *schedule, struct occasion *occasion,
                                  struct span *input, const char **why)
{
    *input = buf_span(&occasion->data);
    if (buf_failed(&occasion->data) || buf_failed(&occasion->event)) {
        return SAGA_NO_MEMORY;
    }
    if (!schedule->input) {
        return SAGA_OK;
    }
    struct scope scope = {.event = buf_span(&occasion->event)};
    struct span missing;
    enum saga_error rc = template_fill(schedule->input, &scope, &occasion->input, &missing);
    *input = buf_span(&occasion->input);
    *why = "a reference of its 'on' finds nothing, or too much";
    return rc;
}

static enum saga_error start_with(struct core *core, const struct ticking *ticking, const char *id,
                                  struct occasion *occasion)
{
    const char *why = NULL;
    struct event event = {.kind = EVENT_START, .now_ms = core->now_ms};
    event.start = (struct start_request){.definition = ticking->definition,
                                         .name = span_text(id),
                                         .event = buf_span(&occasion->event),
                                         .actor = span_text("schedule")};
    enum saga_error rc = make_input(ticking->schedule, occasion, &event.start.input, &why);
    if (rc == SAGA_NO_MEMORY) {
        core_fail(core, rc);
        return rc;
    }
    digest_pair(span_text("schedule:"), event.start.name, event.start.digest);
    rc = rc == SAGA_OK ? starts_step(core, &event, &why) : rc;
    if (rc != SAGA_OK && rc != SAGA_OVERLOADED && core->failure == SAGA_OK) {
        const char *taken = "a saga of this id was started by something else";
        say(ticking, "schedule_starts_nothing", id,
            rc == SAGA_IDEMPOTENCY_CONFLICT ? taken
            : why                           ? why
                                            : error_sentence(rc));
    }
    return rc;
}

static enum saga_error start(struct core *core, const struct ticking *ticking, int64_t tick_ms)
{
    char id[SCHEDULE_ID_SIZE];
    struct occasion occasion;
    schedule_saga_id(ticking->definition->name, ticking->schedule, tick_ms, id);
    occasion_open(&occasion, span_text(id), tick_ms);
    enum saga_error rc = start_with(core, ticking, id, &occasion);
    occasion_close(&occasion);
    return rc;
}

static bool move(struct core *core, struct ticking *ticking, int64_t due_ms)
{
    if (due_ms == INT64_MAX) {
        heap_drop(&core->ticks.due, &ticking->due);
        return true;
    }
    enum saga_error rc = heap_set(&core->ticks.due, &ticking->due, due_ms);
    CHECK(rc == SAGA_OK);
    return true;
}

/* Handles the next tick of a schedule, or finds out when that comes. false: nothing more can be
 * started now. */
static bool deal(struct core *core, struct ticking *ticking)
{
    struct schedule_step step;
    struct schedule_time time = {.mark_ms = ticking->mark_ms,
                                 .serving_ms = core->ticks.serving_ms,
                                 .now_ms = core_host_ms(core)};
    schedule_next(ticking->schedule, ticking->zone, &time, &step);
    if (step.tick_ms != INT64_MAX) {
        enum saga_error rc = start(core, ticking, step.tick_ms);
        if (rc == SAGA_OVERLOADED) {
            core->ticks.retry_ms = core->now_ms + RETRY_MS;
        }
        if (rc == SAGA_OVERLOADED || core->failure != SAGA_OK) {
            return false;
        }
    }
    if (step.mark_ms != ticking->mark_ms && !put_mark(core, ticking, step.mark_ms)) {
        return false;
    }
    ticking->mark_ms = step.mark_ms;
    return move(core, ticking, step.tick_ms != INT64_MAX ? step.tick_ms : step.next_ms);
}

void ticks_round(struct core *core)
{
    struct ticks *ticks = &core->ticks;
    if (ticks_next_due(core) > core->now_ms) {
        return;
    }
    if (core_is_disk_full(core)) {
        ticks->retry_ms = core->now_ms + RETRY_MS;
        return;
    }
    for (uint32_t i = 0; i < TICKS_MAX && !core_is_full(core); i++) {
        struct heap_node *node = heap_first(&ticks->due);
        if (!node || node->due > core_host_ms(core)) {
            break;
        }
        struct ticking *ticking =
            (struct ticking *)(void *)((uint8_t *)node - offsetof(struct ticking, due));
        if (!deal(core, ticking)) {
            break;
        }
    }
}

int64_t ticks_next_due(const struct core *core)
{
    const struct ticks *ticks = &core->ticks;
    const struct heap_node *node = heap_first(&ticks->due);
    if (!node || ticks->serving_ms == 0 || core->draining || core_is_full(core)) {
        return INT64_MAX;
    }
    int64_t due_ms = node->due - core->host_lead_ms;
    return due_ms > ticks->retry_ms ? due_ms : ticks->retry_ms;
}
