/* plan.c - the undo plan: what would be undone, in which order, with what; and what could not be.
 *
 * It is made from the state alone, by the same rules that backward.c follows, and its digest covers
 * the saga's seq: a plan that was seen can be applied only while nothing has moved. */
#include "base/digest.h"
#include "base/limits.h"
#include "base/mp.h"
#include "engine/turn.h"
#include "engine/view.h"

/* What becomes of a step when the saga turns back now. */
enum fate { FATE_NOTHING, FATE_UNDONE, FATE_UNDONE_IN_DOUBT, FATE_IRREVOCABLE, FATE_KEPT };

static enum fate fate_of_failed(const struct step *step)
{
    bool undo = step->spec->has_undo && step->spec->undo_on_failed && step_is_begun(step);
    return undo ? FATE_UNDONE : FATE_NOTHING;
}

static enum fate fate_of_parked(const struct step *step)
{
    if (step->undo_state != UNDO_STATE_NONE) {
        return FATE_UNDONE;
    }
    if (call_has_succeeded(&step->calls[0])) {
        return FATE_IRREVOCABLE;
    }
    if (!call_in_doubt(&step->calls[0])) {
        return fate_of_failed(step);
    }
    if (step->spec->has_undo) {
        return FATE_UNDONE_IN_DOUBT;
    }
    return step->spec->step_class == CLASS_READONLY ? FATE_KEPT : FATE_IRREVOCABLE;
}

static enum fate fate_of(const struct step *step)
{
    bool has_undo = step->spec->has_undo;
    /* Its outcome is waited for: if it has no effect there is nothing to undo, and if it has the
     * saga goes forward. One without undo must be accepted, or settled. */
    if (has_undo && step->saga->direction == FORWARD && step_is_open_pivot(step)) {
        return FATE_KEPT;
    }
    if (child_is_watched(step) && step->state == STEP_STATE_WAITING) {
        return has_undo ? FATE_UNDONE_IN_DOUBT : FATE_NOTHING;
    }
    switch (step->state) {
    case STEP_STATE_SUCCEEDED:
        if (has_undo) {
            return FATE_UNDONE;
        }
        return step->spec->step_class == CLASS_READONLY ? FATE_KEPT : FATE_IRREVOCABLE;
    case STEP_STATE_RETRYING:
        if (!call_in_doubt(&step->calls[0])) {
            return fate_of_failed(step);
        }
        return has_undo ? FATE_UNDONE_IN_DOUBT : FATE_NOTHING;
    case STEP_STATE_RUNNING:
    case STEP_STATE_IN_DOUBT:
        return has_undo ? FATE_UNDONE_IN_DOUBT : FATE_NOTHING;
    case STEP_STATE_PARKED:
        return fate_of_parked(step);
    case STEP_STATE_FAILED:
        return fate_of_failed(step);
    case STEP_STATE_COMPENSATING:
        return step->undo_state == UNDO_STATE_SUCCEEDED ? FATE_NOTHING : FATE_UNDONE;
    case STEP_STATE_KEPT:
    case STEP_STATE_RESOLVED:
        return FATE_KEPT;
    case STEP_STATE_NONE:
    case STEP_STATE_PENDING:
    case STEP_STATE_WAITING:
    case STEP_STATE_SKIPPED:
    case STEP_STATE_COMPENSATED:
    case STEP_STATE_COUNT:
        break;
    }
    return FATE_NOTHING;
}

struct work {
    struct saga *saga;
    struct arena *arena;
    bool *chosen;    /* by step */
    uint32_t *level; /* by step: order from 1, of it or of the latest after it; 0 = none */
    struct plan_item *items;
    struct span *kept;
    struct plan *plan;
};

static enum saga_error choose_to(struct work *work, struct span to, const char **why)
{
    int32_t index = definition_step(work->saga->definition, to);
    if (index < 0) {
        *why = "the definition has no step of that name";
        return SAGA_NOT_FOUND;
    }
    savepoint_choose(work->saga, (uint32_t)index, work->chosen);
    return savepoint_check(work->saga, (uint32_t)index, work->chosen, why);
}

static enum saga_error choose(struct work *work, const struct plan_request *request,
                              const char **why)
{
    const struct span *steps = request->steps;
    uint32_t steps_count = request->steps_count;
    if (request->to.size > 0) {
        return choose_to(work, request->to, why);
    }
    const struct saga *saga = work->saga;
    for (uint32_t i = 0; i < saga->step_total; i++) {
        work->chosen[i] = steps_count == 0;
    }
    for (uint32_t i = 0; i < steps_count; i++) {
        int32_t index = saga_step_named(saga, steps[i]);
        if (index < 0) {
            *why = "the definition has no step of that name";
            return SAGA_NOT_FOUND;
        }
        work->chosen[index] = true;
    }
    return SAGA_OK;
}

static bool is_undone(enum fate fate)
{
    return fate == FATE_UNDONE || fate == FATE_UNDONE_IN_DOUBT;
}

/* A step's turn comes after those of all steps that needed it. */
static void set_levels(struct work *work)
{
    const struct definition *definition = work->saga->definition;
    for (uint32_t i = definition->step_count; i > 0; i--) {
        uint32_t index = definition->order[i - 1];
        const struct step *step = saga_step(work->saga, index);
        uint32_t level = 0;
        for (uint32_t k = 0; k < step->spec->needed_by_count; k++) {
            uint32_t after = work->level[step->spec->needed_by[k]];
            level = after > level ? after : level;
        }
        work->level[index] = level + (work->chosen[index] && is_undone(fate_of(step)) ? 1 : 0);
    }
}

static struct span plan_reason(struct work *work, struct buf *out)
{
    bool done = work->saga->state == SAGA_STATE_COMPLETED;
    buf_clear(out);
    mp_put_map(out, 2);
    mp_put_text(out, "code");
    mp_put_text(out, done ? "reverse" : "rollback");
    mp_put_text(out, "message");
    mp_put_text(out, "");
    bool ok = !buf_failed(out);
    return ok ? arena_copy(work->arena, buf_span(out), &ok) : (struct span){NULL, 0};
}

static bool fill_input(struct work *work, const struct step *step, struct span reason,
                       struct buf *out, struct span *input)
{
    const struct call *undo = &step->calls[1];
    if (step_undo_is_begun(step)) {
        *input = undo->input;
        return true;
    }
    const struct template *template = step->spec->undo.input;
    if (!template) {
        struct span same = step->calls[0].input;
        *input = same.size > 0 ? same : MP_NIL_VALUE;
        return true;
    }
    struct scope scope;
    step_scope(work->saga, true, &scope);
    scope.reason = work->saga->reason.size > 0 ? work->saga->reason : reason;
    struct span missing;
    buf_clear(out);
    bool ok = template_fill(template, &scope, out, &missing) == SAGA_OK;
    *input = ok ? arena_copy(work->arena, buf_span(out), &ok) : (struct span){NULL, 0};
    return ok;
}

static bool add_item(struct work *work, const struct step *step, enum fate fate, struct span reason,
                     struct buf *out)
{
    struct plan_item *item = &work->items[work->plan->item_count++];
    *item = (struct plan_item){.order = work->level[step->index],
                               .step = step->name,
                               .in_doubt = fate == FATE_UNDONE_IN_DOUBT,
                               .irrevocable = fate == FATE_IRREVOCABLE};
    if (item->irrevocable) {
        item->order = 0;
        return true;
    }
    item->action = step->spec->undo.action;
    return fill_input(work, step, reason, out, &item->input);
}

static void swap(struct plan_item *a, struct plan_item *b)
{
    struct plan_item kept = *a;
    *a = *b;
    *b = kept;
}

static uint64_t started_seq(const struct work *work, struct span step)
{
    int32_t index = saga_step_named(work->saga, step);
    CHECK(index >= 0);
    return saga_step(work->saga, (uint32_t)index)->started_seq;
}

/* Irrevocable steps first, for they are what a person must see; then by order. Plans are short:
 * insertion keeps equal orders in the order of the definition. */
static void sort_items(struct work *work)
{
    bool strict = work->saga->definition->strict;
    for (uint32_t i = 1; i < work->plan->item_count; i++) {
        for (uint32_t k = i; k > 0; k--) {
            struct plan_item *a = &work->items[k - 1];
            struct plan_item *b = &work->items[k];
            bool later = a->order > b->order;
            if (strict && a->order > 0 && b->order > 0) {
                later = started_seq(work, a->step) < started_seq(work, b->step);
            }
            if (!later) {
                break;
            }
            swap(a, b);
        }
    }
    uint32_t order = 0;
    for (uint32_t i = 0; i < work->plan->item_count && strict; i++) {
        work->items[i].order = work->items[i].irrevocable ? 0 : ++order;
    }
}

static void put_digest(struct plan *plan, struct span to, struct buf *out)
{
    buf_clear(out);
    mp_put_str(out, plan->saga);
    mp_put_uint(out, plan->seq);
    for (uint32_t i = 0; i < plan->item_count; i++) {
        const struct plan_item *item = &plan->items[i];
        mp_put_uint(out, item->order);
        mp_put_str(out, item->step);
        mp_put_str(out, item->action);
        mp_put_value(out, item->input);
        mp_put_bool(out, item->in_doubt);
        mp_put_bool(out, item->irrevocable);
    }
    for (uint32_t i = 0; i < plan->kept_count; i++) {
        mp_put_str(out, plan->kept[i]);
    }
    if (to.size > 0) {
        mp_put_str(out, to);
    }
    uint8_t digest[DIGEST_SIZE];
    digest_pair(buf_span(out), (struct span){NULL, 0}, digest);
    digest_hex(span_of(digest, DIGEST_SIZE), plan->digest);
}

static enum saga_error fill_plan(struct work *work, struct span to, struct buf *out)
{
    struct saga *saga = work->saga;
    struct plan *plan = work->plan;
    struct span reason = plan_reason(work, out);
    bool ok = reason.size > 0;
    for (uint32_t i = 0; i < saga->step_total && ok; i++) {
        struct step *step = saga_step(saga, i);
        enum fate fate = fate_of(step);
        bool stays = fate == FATE_KEPT || (fate != FATE_NOTHING && !work->chosen[i]);
        if (stays) {
            work->kept[plan->kept_count++] = step->name;
        } else if (fate != FATE_NOTHING) {
            ok = add_item(work, step, fate, reason, out);
        }
    }
    if (!ok) {
        return SAGA_NO_MEMORY;
    }
    plan->items = work->items;
    plan->kept = work->kept;
    sort_items(work);
    put_digest(plan, to, out);
    return buf_failed(out) ? SAGA_NO_MEMORY : SAGA_OK;
}

static enum saga_error check_state(const struct saga *saga, int64_t now_ms, const char **why)
{
    switch (saga->state) {
    case SAGA_STATE_RUNNING:
    case SAGA_STATE_COMPENSATING:
    case SAGA_STATE_PARKED:
        return SAGA_OK;
    case SAGA_STATE_COMPLETED:
        if (saga->definition->reversal_window_ms == 0) {
            *why = "the definition has no reversal_window: a completed saga is not reversible";
            return SAGA_CONFLICT;
        }
        if (saga->completed_ms + saga->definition->reversal_window_ms < now_ms) {
            *why = "the reversal window is over";
            return SAGA_CONFLICT;
        }
        return SAGA_OK;
    case SAGA_STATE_NONE:
    case SAGA_STATE_COMPENSATED:
    case SAGA_STATE_TERMINATED:
    case SAGA_STATE_COUNT:
        break;
    }
    *why = "the saga has ended and has nothing to undo";
    return SAGA_CONFLICT;
}

enum saga_error plan_make(struct saga *saga, const struct plan_request *request,
                          struct arena *arena, struct plan *plan, const char **why)
{
    *why = NULL;
    enum saga_error rc = check_state(saga, request->now_ms, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    size_t count = saga->step_total;
    struct work work = {.saga = saga,
                        .arena = arena,
                        .chosen = arena_take(arena, count * sizeof(bool)),
                        .level = arena_take(arena, count * sizeof(uint32_t)),
                        .items = arena_take(arena, count * sizeof(struct plan_item)),
                        .kept = arena_take(arena, count * sizeof(struct span)),
                        .plan = plan};
    if (!work.chosen || !work.level || !work.items || !work.kept) {
        return SAGA_NO_MEMORY;
    }
    *plan = (struct plan){.saga = saga->name, .seq = saga->seq};
    rc = choose(&work, request, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    set_levels(&work);
    struct buf out;
    buf_open(&out, LIMIT_SAGA_MEMORY);
    rc = fill_plan(&work, request->to, &out);
    buf_close(&out);
    return rc;
}
