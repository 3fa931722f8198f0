/* aside.c - sets sagas aside that cannot be read, so that all others go on. */
#include "core/aside.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "core/full.h"
#include "core/look.h"
#include "core/notices.h"
#include "core/state.h"
#include "core/waiters.h"
#include "engine/aside.h"
#include "engine/batch_items.h"
#include "engine/batch_saga.h"
#include "engine/event.h"
#include "journal/notice_facts.h"

enum { TOLD_MAX = 64, ALERTED_PAGE = 500 };

#define ALERT      "saga_unreadable"
#define ALERT_TYPE "sagad.alert." ALERT

/* A saga that cannot be read, or could not be when an earlier process tried. */
struct aside {
    struct aside *next; /* the next one in the list `fresh` */
    uint64_t saga;      /* number in the store; 0 = not known */
    /* number of the first record that cannot be read; 0 = not known */
    uint64_t seq;
    enum saga_state state;
    bool is_aside; /* this process could not read the saga */
    /* the store has the alert, or will have it with the batch in the making */
    bool is_alerted;
    bool is_mended; /* the saga was read after all: its alert is to end */
    uint32_t version;
    char definition[LIMIT_NAME + 1];
    size_t name_size;
    uint8_t name[];
};

void aside_open(struct core *core)
{
    map_open(&core->aside.map);
}

void aside_close(struct core *core)
{
    size_t at = 0;
    for (struct aside *one; (one = map_next(&core->aside.map, &at)) != NULL;) {
        free(one);
    }
    map_close(&core->aside.map);
}

static struct span name_of(const struct aside *one)
{
    return span_of(one->name, one->name_size);
}

static struct aside *find(const struct core *core, struct span name)
{
    return core->aside.map.count > 0 ? map_get(&core->aside.map, name) : NULL;
}

bool aside_has(const struct core *core, struct span name)
{
    const struct aside *one = find(core, name);
    return one && one->is_aside;
}

static struct aside *find_or_add(struct core *core, struct span name)
{
    struct aside *one = find(core, name);
    if (one) {
        return one;
    }
    one = malloc(sizeof(*one) + name.size);
    if (!one) {
        return NULL;
    }
    *one = (struct aside){.name_size = name.size};
    memcpy(one->name, name.data, name.size);
    if (map_put(&core->aside.map, name_of(one), one) != SAGA_OK) {
        free(one);
        return NULL;
    }
    return one;
}

static void note_head(struct aside *one, const struct head *head)
{
    one->saga = head->saga;
    one->state = head->state;
    one->version = head->version;
    snprintf(one->definition, sizeof(one->definition), "%.*s", (int)head->definition.size,
             (const char *)head->definition.data);
}

static void put_fresh(struct core *core, struct aside *one)
{
    one->next = core->aside.fresh;
    core->aside.fresh = one;
}

/* ---- the log ---- */

static void say(const struct aside *one, const struct saga_flaw *flaw)
{
    char saga[2 * LIMIT_SAGA_ID + 1];
    char record[24];
    char row[24];
    snprintf(saga, sizeof(saga), "%.*s", (int)one->name_size, (const char *)one->name);
    snprintf(record, sizeof(record), "%llu", (unsigned long long)flaw->seq);
    snprintf(row, sizeof(row), "%llu", (unsigned long long)flaw->lsn);
    log_line(LOG_ERROR, ALERT, "saga", saga, "definition", one->definition, "what",
             flaw->why ? flaw->why : "unknown", "do",
             "it is set aside, the others go on: restore its rows from a backup",
             flaw->lsn > 0 ? "#row" : NULL, row, flaw->seq > 0 ? "#record" : NULL, record, NULL);
}

static void say_mended(const struct aside *one)
{
    char saga[2 * LIMIT_SAGA_ID + 1];
    snprintf(saga, sizeof(saga), "%.*s", (int)one->name_size, (const char *)one->name);
    log_line(LOG_WARN, "saga_readable", "saga", saga, "what", "it can be read again and goes on",
             NULL);
}

/* ---- setting aside ---- */

void aside_put(struct core *core, const struct saga_image *image)
{
    struct aside *one = find_or_add(core, image->name);
    if (!one) {
        core_fail(core, SAGA_NO_MEMORY);
        return;
    }
    CHECK(!one->is_aside);
    note_head(one, &image->head);
    one->is_aside = true;
    one->seq = image->flaw.seq;
    core->aside.count++;
    say(one, &image->flaw);
    put_fresh(core, one);
    waiters_refuse(core, name_of(one), SAGA_CONFLICT, ASIDE_WHY);
}

void aside_loaded(struct core *core, struct span name)
{
    struct aside *one = find(core, name);
    if (one && !one->is_mended) {
        CHECK(!one->is_aside);
        one->is_mended = true;
        say_mended(one);
        put_fresh(core, one);
    }
}

/* ---- the start ---- */

struct alerted {
    struct core *core;
    uint64_t before;
    uint32_t count;
};

static enum saga_error note_alerted(const struct store_item *item, void *arg)
{
    struct alerted *alerted = arg;
    struct aside *one = find_or_add(alerted->core, item->name);
    if (!one) {
        return SAGA_NO_MEMORY;
    }
    note_head(one, &item->head);
    one->is_alerted = true;
    alerted->before = item->head.saga;
    alerted->count++;
    return SAGA_OK;
}

enum saga_error aside_recover(struct core *core)
{
    const struct store_facet facet = {.kind = FACET_ALERT, .value = span_text(ALERT)};
    struct alerted alerted = {.core = core, .count = ALERTED_PAGE};
    enum saga_error rc = look_reader(core);
    while (rc == SAGA_OK && alerted.count == ALERTED_PAGE) {
        struct store_filter filter = {
            .facets = &facet, .facet_count = 1, .before = alerted.before, .limit = ALERTED_PAGE};
        alerted.count = 0;
        rc = core->reader->ops->list(core->reader, &filter, note_alerted, &alerted);
    }
    return rc;
}

bool aside_next(const struct core *core, size_t *at, struct span *name)
{
    const struct aside *one;
    while ((one = map_next(&core->aside.map, at)) != NULL) {
        if (!one->is_aside && !one->is_mended) {
            *name = name_of(one);
            return true;
        }
    }
    return false;
}

void aside_serve(struct core *core)
{
    core->aside.is_serving = true;
}

/* ---- telling ---- */

static bool put_facet(struct core *core, const struct aside *one)
{
    struct facet_row *facet = batch_facet(&core->making->batch);
    if (facet) {
        *facet = (struct facet_row){.kind = FACET_ALERT,
                                    .has_ended = one->is_mended,
                                    .saga = one->saga,
                                    .value = span_text(ALERT)};
    }
    return facet != NULL;
}

/* The data of the webhook event: names and states, but no user's values, as in the events that the
 * engine makes. */
static void put_facts(struct buf *out, const struct aside *one)
{
    const struct notice_facts facts = {.saga = name_of(one),
                                       .definition = span_text(one->definition),
                                       .version = one->version,
                                       .state = one->state,
                                       .code = span_text(ALERT)};
    buf_clear(out);
    notice_facts_put(out, &facts);
}

static bool put_notice(struct core *core, const struct aside *one)
{
    struct batch *batch = &core->making->batch;
    struct buf *facts = &core->events.scratch;
    uint32_t told = batch->rows.notice_count;
    bool ok = true;
    char id[2 * LIMIT_SAGA_ID + 64];
    if (!core->options.hooks || core->options.hooks->count == 0) {
        return true;
    }
    snprintf(id, sizeof(id), "%.*s/%s/%lld", (int)one->name_size, (const char *)one->name, ALERT,
             (long long)core->now_ms);
    put_facts(facts, one);
    struct notice *notice = batch_notice(batch);
    if (!notice || buf_failed(facts)) {
        return false;
    }
    *notice = (struct notice){.saga = one->saga, .seq = one->seq, .at_ms = core_host_ms(core)};
    notice->name = arena_copy(&batch->arena, name_of(one), &ok);
    notice->event = arena_copy(&batch->arena, span_text(id), &ok);
    notice->type = span_text(ALERT_TYPE);
    notice->data = arena_copy(&batch->arena, buf_span(facts), &ok);
    if (ok) {
        notices_send(core, told);
    }
    return ok;
}

/* Tells the store and the webhooks of a saga that was set aside, lets the sagas pass that wait
 * behind it for a concurrency key, and tells its parent. */
static bool tell(struct core *core, struct aside *one)
{
    struct batch *batch = &core->making->batch;
    bool ok = true;
    if (one->saga > 0) {
        ok = engine_pass_over(core->engine, one->saga, batch) == SAGA_OK;
    }
    if (ok && one->saga > 0 && !one->is_alerted) {
        one->is_alerted = true;
        ok = put_facet(core, one) && put_notice(core, one);
    }
    return ok && engine_tell_parent(name_of(one), batch) == SAGA_OK;
}

/* The saga can be read again: ends its alert, and lets the engine make up for what the saga has
 * missed. */
static bool end(struct core *core, struct aside *one)
{
    struct batch *batch = &core->making->batch;
    bool ok = engine_catch_up(core->engine, name_of(one), batch) == SAGA_OK && put_facet(core, one);
    (void)map_drop(&core->aside.map, name_of(one));
    free(one);
    return ok;
}

bool aside_is_due(const struct core *core)
{
    return core->aside.fresh && core->aside.is_serving && !core_is_full(core);
}

void aside_round(struct core *core)
{
    for (uint32_t i = 0; i < TOLD_MAX && aside_is_due(core) && core->failure == SAGA_OK; i++) {
        struct aside *one = core->aside.fresh;
        core->aside.fresh = one->next;
        bool ok = one->is_mended ? end(core, one) : tell(core, one);
        if (!ok) {
            core_fail(core, SAGA_NO_MEMORY);
        }
    }
}

/* ---- events about such a saga ---- */

static void refuse(struct core *core, const struct event *event)
{
    if (!batch_reply(&core->making->batch, event->ref, SAGA_CONFLICT, ASIDE_WHY, NULL)) {
        core_fail(core, SAGA_NO_MEMORY);
    }
}

/* The step did not hear of the event, for its saga cannot be read: the store notes that, so that
 * the event is offered again when it can. */
static void keep_event(struct core *core, const struct event *event)
{
    const struct event_delivery *delivery = &event->delivery;
    const struct aside *one = find(core, delivery->saga);
    struct batch *batch = &core->making->batch;
    bool ok = true;
    if (one->saga == 0) {
        return;
    }
    struct wait_row *row = batch_wait(batch);
    struct span name = arena_copy(&batch->arena, delivery->name, &ok);
    if (!row || !ok) {
        core_fail(core, SAGA_NO_MEMORY);
        return;
    }
    *row = (struct wait_row){.change = WAIT_MISSED,
                             .saga = one->saga,
                             .step = delivery->step,
                             .name = name,
                             .mark = delivery->number - 1};
}

void aside_step(struct core *core, const struct event *event)
{
    bool ok = true;
    switch (event->kind) {
    case EVENT_VERB:
    case EVENT_OPEN:
        refuse(core, event);
        break;
    case EVENT_RESULT:
        if (event->ref & REF_OF_REQUEST) {
            refuse(core, event);
        }
        break;
    case EVENT_CHILD:
        ok = engine_tell_parent(event->child.start.name, &core->making->batch) == SAGA_OK;
        break;
    case EVENT_DELIVER:
        keep_event(core, event);
        break;
    case EVENT_START:
    case EVENT_SENT:
    case EVENT_LOST:
    case EVENT_UNTAKEN:
    case EVENT_ADOPT:
    case EVENT_BEAT:
    case EVENT_RETURNED:
    case EVENT_TIME:
    case EVENT_SERVING:
    case EVENT_CHILD_END:
    case EVENT_ARRIVED:
    case EVENT_LOCK_FREE:
        break;
    }
    if (!ok) {
        core_fail(core, SAGA_NO_MEMORY);
    }
}
