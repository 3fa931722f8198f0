/* facet_set.c - the state is asked anew each time, step by step, without any of the engine's
 * counts. */
#include "lib/facet_set.h"

#include "base/check.h"
#include "base/mp.h"
#include "saga/alerts.h"
#include "saga/facets.h"
#include "saga/reason.h"
#include "saga/steps.h"

static uint32_t place_of(const struct facet_set *set, enum facet_kind kind, struct span value)
{
    uint32_t at = 0;
    while (at < set->count &&
           (set->rows[at].kind != kind || !span_equal(set->rows[at].value, value))) {
        at++;
    }
    return at;
}

const char *facet_set_take(struct facet_set *set, uint64_t saga, const struct rows *rows,
                           struct arena *arena)
{
    bool ok = true;
    for (uint32_t i = 0; i < rows->facet_count; i++) {
        const struct facet_row *row = &rows->facets[i];
        if (row->saga != saga || row->kind == FACET_MOVED) { /* no state has it */
            continue;
        }
        uint32_t at = place_of(set, row->kind, row->value);
        if (row->has_ended == (at == set->count)) {
            return row->has_ended ? "a facet ends that does not stand"
                                  : "a facet begins that stands";
        }
        if (row->has_ended) {
            set->rows[at] = set->rows[--set->count];
            continue;
        }
        if (set->count == FACET_SET_MAX) {
            return "too many facets";
        }
        set->rows[set->count] = *row;
        set->rows[set->count++].value = arena_copy(arena, row->value, &ok);
    }
    return ok ? NULL : "no memory";
}

/* ---- as the state has it ---- */

static void add(struct facet_set *set, enum facet_kind kind, struct span value)
{
    if (value.size > 0 && place_of(set, kind, value) == set->count && set->count < FACET_SET_MAX) {
        set->rows[set->count++] = (struct facet_row){.kind = kind, .value = value};
    }
}

static void add_step(struct facet_set *set, const struct step *step)
{
    bool is_over = saga_state_is_final(step->saga->state);
    uint32_t alerts = step_alerts(step);
    for (uint32_t at = 0; at < ALERT_COUNT; at++) {
        if (alerts >> at & 1) {
            add(set, FACET_ALERT, span_text(alert_name((enum alert)at)));
        }
    }
    if (alerts >> ALERT_STEP_PARKED & 1) {
        add(set, FACET_STEP_STATUS, span_text("parked"));
    }
    if (!is_over && step_doubt_stands(step)) {
        add(set, FACET_STEP_STATUS, span_text("in_doubt"));
    }
    if (!is_over && step->state == STEP_STATE_WAITING) {
        add(set, FACET_STEP_STATUS, span_text("waiting"));
    }
    if (step_error_stands(step)) {
        add(set, FACET_CODE, step->code);
    }
    if (step_undo_error_stands(step)) {
        add(set, FACET_CODE, step->undo_code);
    }
}

static bool has_all_of(const struct facet_set *set, const struct facet_set *other)
{
    for (uint32_t i = 0; i < other->count; i++) {
        if (place_of(set, other->rows[i].kind, other->rows[i].value) == set->count) {
            return false;
        }
    }
    return true;
}

static void add_labels(struct facet_set *set, struct span labels, struct arena *arena)
{
    struct mp mp = mp_open(labels);
    for (uint32_t left = mp_type(labels) == MP_MAP ? mp_map(&mp) : 0; left > 0; left--) {
        struct span name = mp_str(&mp);
        struct span value = mp_str(&mp);
        char *text = arena_take(arena, name.size + 1 + value.size);
        CHECK(text != NULL);
        memcpy(text, name.data, name.size);
        text[name.size] = ':';
        memcpy(text + name.size + 1, value.data, value.size);
        if (!memchr(name.data, ':', name.size)) {
            add(set, FACET_LABEL, span_of(text, name.size + 1 + value.size));
        }
    }
}

static void take_state(struct facet_set *set, const struct saga *saga)
{
    set->count = 0;
    add(set, FACET_CAUSE, saga_reason_text(saga, "code"));
    for (uint32_t i = 0; i < saga->step_total; i++) {
        add_step(set, saga_step(saga, i));
    }
}

static bool is_same(const struct facet_set *set, const struct facet_set *other)
{
    return has_all_of(set, other) && has_all_of(other, set);
}

bool facet_set_is_right(const struct facet_set *set, const struct saga *saga)
{
    static struct facet_set state;
    struct arena arena;
    arena_open(&arena, &arena_heap, 1 << 20);
    take_state(&state, saga);
    add_labels(&state, saga->labels, &arena);
    bool right = is_same(set, &state);
    arena_close(&arena);
    return right;
}

bool facet_set_is_counted(const struct saga *saga)
{
    static const char *const words[] = {"parked", "in_doubt", "waiting"};
    static struct facet_set state;
    static struct facet_set told;
    const struct saga_facets *own = &saga->live.facets;
    told.count = 0;
    add(&told, FACET_CAUSE, own->told_cause);
    for (uint32_t at = 0; at < FACET_MARK_COUNT; at++) {
        if ((own->told >> at & 1) == 0) {
            continue;
        }
        bool is_alert = at >= FACET_MARK_ALERTS;
        add(&told, is_alert ? FACET_ALERT : FACET_STEP_STATUS,
            span_text(is_alert ? alert_name((enum alert)(at - FACET_MARK_ALERTS)) : words[at]));
    }
    for (uint32_t at = 0; at < own->code_count; at++) {
        if (own->codes[at].is_told) {
            add(&told, FACET_CODE, span_of(own->codes[at].text, own->codes[at].size));
        }
    }
    take_state(&state, saga);
    return is_same(&told, &state);
}

void facet_set_print(const struct facet_set *set, struct buf *out)
{
    static const char *const kinds[FACET_KIND_COUNT] = {
        [FACET_LABEL] = "label", [FACET_CAUSE] = "cause", [FACET_STEP_STATUS] = "step_status",
        [FACET_CODE] = "code",   [FACET_ALERT] = "alert",
    };
    struct facet_set left = *set;
    while (left.count > 0) {
        uint32_t least = 0;
        for (uint32_t i = 1; i < left.count; i++) {
            const struct facet_row *a = &left.rows[i];
            const struct facet_row *b = &left.rows[least];
            if (a->kind < b->kind || (a->kind == b->kind && span_order(a->value, b->value) < 0)) {
                least = i;
            }
        }
        struct facet_row row = left.rows[least];
        left.rows[least] = left.rows[--left.count];
        buf_format(out, " %s=%.*s", kinds[row.kind], (int)row.value.size,
                   (const char *)row.value.data);
    }
}
