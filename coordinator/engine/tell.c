/* tell.c - makes notices of what happens to a saga, for webhooks and other receivers, in the batch
 * of the records that caused them.
 *
 * Notices are not records: the saga's state does not depend on them, and a replay makes none. The
 * id of a notice is made of the saga's id and the seq of its record, so that a receiver who gets a
 * notice twice can tell that the two are the same:
 *
 *     trip-7/12                        of the record with seq 12
 *     trip-7/12/undo_stuck/flight      an alert raised after it, about a step
 *
 * Notices about the life of a saga carry only names and states, never a user's values. */
#include "engine/tell.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mp.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "journal/notice_facts.h"
#include "journal/record.h"
#include "saga/saga.h"

enum { EVENT_ID_MAX = 2 * LIMIT_SAGA_ID + 24 + LIMIT_CODE + LIMIT_STEP, TYPE_MAX = 96 };

/* The type of the notice that each type of record becomes; NULL: none. */
static const char *const types[RECORD_COUNT] = {
    [RECORD_SAGA_STARTED] = "sagad.saga.started",
    [RECORD_SAGA_COMPENSATING] = "sagad.saga.compensating",
    [RECORD_SAGA_COMPLETED] = "sagad.saga.completed",
    [RECORD_SAGA_COMPENSATED] = "sagad.saga.compensated",
    [RECORD_SAGA_PARKED] = "sagad.saga.parked",
    [RECORD_SAGA_TERMINATED] = "sagad.saga.terminated",
    [RECORD_SAGA_PAUSED] = "sagad.saga.paused",
    [RECORD_SAGA_RESUMED] = "sagad.saga.resumed",
    [RECORD_STEP_PARKED] = "sagad.step.parked",
};

static const char *type_of(const struct record *record)
{
    PRE(record->type < RECORD_COUNT);
    bool asks = record->type == RECORD_STEP_WAITING && span_is(record->code, "approval");
    return asks ? "sagad.approval.requested" : types[record->type];
}

static bool is_about_step(const struct record *record)
{
    PRE(record->type < RECORD_COUNT);
    return record->type == RECORD_STEP_PARKED || record->type == RECORD_STEP_WAITING;
}

/* Alerts that make no notice, for the record that is written with each of them becomes a notice
 * that says the same. */
static const char *const told_by_records[] = {"step_parked", "saga_parked"};

/* Adds a notice to the batch; all texts are copied. */
static void add(struct turn *turn, const char *id, struct span type, struct span data)
{
    PRE(type.size > 0);
    const struct saga *saga = turn->saga;
    struct batch *batch = turn->batch;
    struct notice *notice = turn->failed ? NULL : batch_notice(batch);
    if (!notice) {
        turn->failed = true;
        return;
    }
    bool ok = true;
    *notice = (struct notice){.saga = saga->id, .seq = saga->seq, .at_ms = turn->moment.at_ms};
    notice->name = arena_copy(&batch->arena, saga->name, &ok);
    notice->event = arena_copy(&batch->arena, span_text(id), &ok);
    notice->type = arena_copy(&batch->arena, type, &ok);
    notice->data = arena_copy(&batch->arena, data.size > 0 ? data : MP_NIL_VALUE, &ok);
    batch->size += notice->data.size;
    turn->failed = !ok;
}

/* Packs the data of a notice about the life of a saga: names and states, no user's values. */
static void put_facts(struct turn *turn, const struct step *step, struct span code)
{
    PRE(!step || step->saga == turn->saga);
    const struct saga *saga = turn->saga;
    struct buf *out = &turn->engine->telling;
    buf_clear(out);
    const struct notice_facts facts = {.saga = saga->name,
                                       .definition = saga->definition->name,
                                       .version = saga->definition->version,
                                       .state = saga->state,
                                       .step = step ? step->name : (struct span){NULL, 0},
                                       .code = code};
    notice_facts_put(out, &facts);
    turn->failed = turn->failed || buf_failed(out);
}

/* Writes the id of a notice about the saga's last record. */
static void name_event(const struct saga *saga, char *id, size_t size)
{
    PRE(size >= EVENT_ID_MAX);
    snprintf(id, size, "%.*s/%llu", (int)saga->name.size, (const char *)saga->name.data,
             (unsigned long long)saga->seq);
}

void tell_record(struct turn *turn, const struct record *record)
{
    PRE(record->type < RECORD_COUNT);
    const char *type = type_of(record);
    if (!turn->engine->options.tells || !type || turn->failed) {
        return;
    }
    char id[EVENT_ID_MAX];
    const struct step *step = is_about_step(record) ? saga_step(turn->saga, record->step) : NULL;
    name_event(turn->saga, id, sizeof(id));
    put_facts(turn, step, record->code);
    add(turn, id, span_text(type), buf_span(&turn->engine->telling));
}

void tell_alert(struct turn *turn, const struct step *step, const char *code)
{
    PRE(strlen(code) < LIMIT_CODE);
    if (!turn->engine->options.tells || turn->failed) {
        return;
    }
    for (size_t i = 0; i < ARRAY_COUNT(told_by_records); i++) {
        if (strcmp(told_by_records[i], code) == 0) {
            return;
        }
    }
    char id[EVENT_ID_MAX];
    char type[TYPE_MAX];
    name_event(turn->saga, id, sizeof(id));
    size_t size = strlen(id);
    struct span name = step ? step->name : span_text("");
    snprintf(id + size, sizeof(id) - size, "/%s%s%.*s", code, step ? "/" : "", (int)name.size,
             (const char *)name.data);
    snprintf(type, sizeof(type), "sagad.alert.%s", code);
    put_facts(turn, step, span_text(code));
    add(turn, id, span_text(type), buf_span(&turn->engine->telling));
}

void tell_event(struct turn *turn, struct span type, struct span data)
{
    PRE(type.size > 0);
    if (!turn->engine->options.tells || turn->failed) {
        return;
    }
    char id[EVENT_ID_MAX];
    name_event(turn->saga, id, sizeof(id));
    add(turn, id, type, data);
}
