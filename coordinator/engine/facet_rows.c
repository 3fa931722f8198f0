/* facet_rows.c - writes rows that let lists find a saga by its facets (labels, cause, error codes,
 * states of steps, alerts): a row when a facet begins and another when it ends, in the batch of the
 * records that changed it.
 *
 * After a record about one step only that step is examined; after the few types of record that may
 * change any step, all are. A saga without labels and errors has no such rows. */
#include "engine/facet_rows.h"

#include "base/mp.h"
#include "engine/batch.h"
#include "engine/batch_items.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "saga/facets.h"
#include "saga/reason.h"
#include "saga/saga.h"

/* Which steps a type of record may have changed. */
enum reach { REACH_NOTHING, REACH_STEP, REACH_ALL, REACH_END };

static const uint8_t reaches[RECORD_COUNT] = {
    [RECORD_SAGA_COMPENSATING] = REACH_ALL, [RECORD_SAGA_COMPLETED] = REACH_END,
    [RECORD_SAGA_COMPENSATED] = REACH_END,  [RECORD_SAGA_TERMINATED] = REACH_END,
    [RECORD_SAGA_RESUMED] = REACH_ALL,      [RECORD_TASK_INTENDED] = REACH_STEP,
    [RECORD_TASK_SUCCEEDED] = REACH_STEP,   [RECORD_TASK_FAILED] = REACH_STEP,
    [RECORD_TASK_IN_DOUBT] = REACH_STEP,    [RECORD_TASK_LATE] = REACH_STEP,
    [RECORD_RETRY_SCHEDULED] = REACH_STEP,  [RECORD_STEP_WAITING] = REACH_STEP,
    [RECORD_STEP_KEPT] = REACH_STEP,        [RECORD_STEP_PARKED] = REACH_STEP,
    [RECORD_STEP_RESOLVED] = REACH_STEP,    [RECORD_OPERATOR] = REACH_ALL,
    [RECORD_STEP_WOKEN] = REACH_STEP,       [RECORD_STEP_SKIPPED] = REACH_STEP,
    [RECORD_EVENT_RECEIVED] = REACH_STEP,   [RECORD_STEP_EMITTED] = REACH_STEP,
    [RECORD_STEP_ITEMS] = REACH_STEP,       [RECORD_SAGA_MIGRATED] = REACH_ALL,
    [RECORD_UNDO_DEADLINE] = REACH_STEP,    [RECORD_UNDO_DUE] = REACH_STEP,
    [RECORD_STEP_REGISTERED] = REACH_STEP,  [RECORD_STEP_COMPLETED] = REACH_STEP,
};

static struct facet_row *add(struct turn *turn, enum facet_kind kind, bool has_ended)
{
    PRE(kind > 0 && kind < FACET_KIND_COUNT);
    struct facet_row *row = turn->failed ? NULL : batch_facet(turn->batch);
    if (!row) {
        turn->failed = true;
        return NULL;
    }
    *row = (struct facet_row){.kind = kind, .has_ended = has_ended, .saga = turn->saga->id};
    return row;
}

static void add_text(struct turn *turn, enum facet_kind kind, struct span value, bool has_ended)
{
    PRE(value.size > 0);
    bool ok = true;
    struct facet_row *row = add(turn, kind, has_ended);
    if (row) {
        row->value = arena_copy(&turn->batch->arena, value, &ok);
        turn->batch->size += value.size;
        turn->failed = !ok;
    }
}

/* Writes a row "name:value" for each label. A label with a colon in its name gets none, for it
 * would be taken for another label. */
static void tell_labels(struct turn *turn)
{
    struct span labels = turn->saga->labels;
    struct mp mp = mp_open(labels);
    PRE(labels.size == 0 || labels.data);
    for (uint32_t left = mp_type(labels) == MP_MAP ? mp_map(&mp) : 0; left > 0; left--) {
        char text[LIMIT_NAME + 1 + LIMIT_LABEL_VALUE];
        struct span name = mp_str(&mp);
        struct span value = mp_str(&mp);
        bool fits = name.size <= LIMIT_NAME && value.size <= LIMIT_LABEL_VALUE;
        if (mp.bad || !fits || name.size == 0 || memchr(name.data, ':', name.size)) {
            continue;
        }
        memcpy(text, name.data, name.size);
        text[name.size] = ':';
        memcpy(text + name.size + 1, value.data, value.size);
        add_text(turn, FACET_LABEL, span_of(text, name.size + 1 + value.size), false);
    }
}

static void tell_marks(struct turn *turn)
{
    static const char *const states[FACET_MARK_ALERTS] = {
        [FACET_MARK_PARKED] = "parked",
        [FACET_MARK_IN_DOUBT] = "in_doubt",
        [FACET_MARK_WAITING] = "waiting",
    };
    struct saga_facets *own = &turn->saga->live.facets;
    uint32_t changed = own->standing ^ own->told;
    PRE(own->told < UINT32_C(1) << FACET_MARK_COUNT);
    for (uint32_t at = 0; changed >> at != 0; at++) {
        uint32_t bit = UINT32_C(1) << at;
        bool is_alert = at >= FACET_MARK_ALERTS;
        enum facet_kind kind = is_alert ? FACET_ALERT : FACET_STEP_STATUS;
        struct facet_row *row =
            (changed & bit) != 0 ? add(turn, kind, (own->told & bit) != 0) : NULL;
        if (row) {
            row->value =
                span_text(is_alert ? alert_name((enum alert)(at - FACET_MARK_ALERTS)) : states[at]);
        }
    }
    own->told = own->standing;
}

static void tell_codes(struct turn *turn)
{
    struct saga_facets *own = &turn->saga->live.facets;
    while (own->first_changed > 0) {
        struct facet_code *code = &own->codes[own->first_changed - 1];
        CHECK(code->is_changed);
        bool stands = code->steps > 0;
        own->first_changed = code->next_changed;
        code->is_changed = false;
        if (stands != code->is_told) {
            add_text(turn, FACET_CODE, span_of(code->text, code->size), !stands);
            code->is_told = stands;
        }
    }
}

static void tell_cause(struct turn *turn)
{
    struct saga_facets *own = &turn->saga->live.facets;
    if (span_equal(own->cause, own->told_cause)) {
        return;
    }
    if (own->told_cause.size > 0) {
        add_text(turn, FACET_CAUSE, own->told_cause, true);
    }
    if (own->cause.size > 0) {
        add_text(turn, FACET_CAUSE, own->cause, false);
    }
    own->told_cause = own->cause;
    POST(turn->failed || own->told_cause.size == own->cause.size);
}

/* Notes that the step is examined when the turn closes, and so is the fan-out that it is an item
 * of. */
static void note(struct turn *turn, struct step *step)
{
    PRE(step->saga == turn->saga);
    for (; step && !turn->facets_all && !step->live.facets.is_noted; step = step->container) {
        step->live.facets.is_noted = true;
        step->live.facets.next = turn->facets_first;
        turn->facets_first = step;
    }
}

void facet_rows_follow(struct turn *turn, const struct record *record)
{
    const struct saga_facets *own = &turn->saga->live.facets;
    PRE(record->type < RECORD_COUNT);
    if (record->type == RECORD_SAGA_MIGRATED) {
        add_text(turn, FACET_MOVED, span_text("moved"), false);
    }
    switch ((enum reach)reaches[record->type]) {
    case REACH_NOTHING:
        break;
    case REACH_STEP:
        /* A step that an open saga has just registered has no facet yet. */
        CHECK((record->fields & 1) || record->type == RECORD_STEP_REGISTERED);
        if (record->fields & 1) {
            note(turn, saga_step(turn->saga, record->step));
        }
        break;
    case REACH_ALL:
        turn->facets_all = true;
        break;
    case REACH_END:
        /* A final saga has no such facets: those of steps that this turn did not touch must end
         * too. */
        turn->facets_all |= own->told != 0 || own->is_unknown;
        break;
    }
}

void facet_rows_tell(struct turn *turn)
{
    struct saga *saga = turn->saga;
    struct saga_facets *own = &saga->live.facets;
    PRE(saga->magic == SAGA_MAGIC);
    if (turn->is_new || own->is_unknown) {
        tell_labels(turn);
    }
    if (turn->facets_all) {
        turn->failed |= !facets_look_all(saga);
    }
    for (struct step *step = turn->facets_first; step && !turn->facets_all;
         step = step->live.facets.next) {
        step->live.facets.is_noted = false;
        turn->failed |= !facets_look(step);
    }
    tell_marks(turn);
    tell_codes(turn);
    if (turn->facets_all || own->is_unknown) {
        tell_cause(turn);
    }
    own->is_unknown = false;
}

bool facet_rows_learn(struct saga *saga, bool is_known)
{
    struct saga_facets *own = &saga->live.facets;
    PRE(own->told == 0);
    if (!facets_look_all(saga)) {
        return false;
    }
    own->is_unknown = !is_known;
    if (!is_known) {
        return true;
    }
    own->told = own->standing;
    for (uint32_t at = 0; at < own->code_count; at++) {
        own->codes[at].is_told = own->codes[at].steps > 0;
        own->codes[at].is_changed = false;
    }
    own->first_changed = 0;
    own->told_cause = own->cause;
    return true;
}
