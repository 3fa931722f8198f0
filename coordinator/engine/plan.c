/* plan.c - makes the undo plan that a person sees before a rollback or reversal: which steps would
 * be undone, in which order and with what input, and which cannot be.
 *
 * The plan is made from the saga's state alone, by the rules that backward.c follows. Its digest
 * covers the saga's seq, so a person can apply the plan that was seen only while nothing in the
 * saga has changed. */
#include "engine/plan.h"

#include "base/digest.h"
#include "base/limits.h"
#include "base/mp.h"
#include "engine/fate.h"
#include "engine/savepoint.h"
#include "engine/scope.h"
#include "language/template.h"
#include "language/template_form.h"
#include "saga/fan.h"
#include "saga/keys.h"
#include "saga/open.h"
#include "saga/saga.h"
#include "saga/steps.h"

struct work {
    struct saga *saga;
    struct arena *arena;
    bool *chosen; /* for each step: is it among those to undo? */
    bool *stays;  /* for each step: it stays as it is; for a fan-out: all its items do */
    /* for each step: the place in the order, from 1, of its undo or of the latest undo of the steps
     * after it; 0 = none */
    uint32_t *level;
    struct plan_item *items;
    /* for each item of the plan: the number to sort it by; items with equal numbers keep their
     * order */
    uint64_t *keys;
    struct span *kept;
    struct plan *plan;
};

static enum saga_error choose_to(struct work *work, struct span to, const char **why)
{
    if (work->saga->open) {
        *why = "the saga is open: no definition says how it goes forward again";
        return SAGA_CONFLICT;
    }
    int32_t index = definition_step(work->saga->definition, to);
    if (index < 0) {
        *why = "the definition has no step of that name";
        return SAGA_NOT_FOUND;
    }
    CHECK((uint32_t)index < work->saga->definition->step_count);
    savepoint_choose(work->saga, (uint32_t)index, work->chosen);
    return savepoint_check(work->saga, (uint32_t)index, work->chosen, why);
}

static enum saga_error choose(struct work *work, const struct plan_request *request,
                              const char **why)
{
    PRE(request->steps_count == 0 || request->steps);
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
        const struct fan *fan = saga_step(saga, (uint32_t)index)->fan;
        work->chosen[index] = true;
        for (uint32_t k = 0; fan && k < fan->count; k++) {
            work->chosen[fan->items[k].index] = true;
        }
    }
    return SAGA_OK;
}

static bool is_undone(enum fate fate)
{
    PRE(fate <= FATE_KEPT);
    return fate == FATE_UNDONE || fate == FATE_UNDONE_IN_DOUBT;
}

static bool judge(struct work *work, const struct step *step, uint32_t level)
{
    enum fate fate = fate_of(step);
    bool chosen = work->chosen[step->index];
    work->stays[step->index] = fate == FATE_KEPT || (fate != FATE_NOTHING && !chosen);
    bool undone = chosen && is_undone(fate);
    work->level[step->index] = level + (undone ? 1 : 0);
    IMPLIES(undone, !work->stays[step->index]);
    return undone;
}

/* Sets what is undone of a fan-out: its items are undone together, at the same place in the order.
 */
static void judge_items(struct work *work, const struct step *container, uint32_t level)
{
    PRE(container->fan != NULL);
    const struct fan *fan = container->fan;
    bool any_undone = false;
    bool any_stays = false;
    bool any_goes = false;
    for (uint32_t i = 0; i < fan->count; i++) {
        const struct step *item = &fan->items[i];
        any_undone |= judge(work, item, level);
        any_stays |= work->stays[item->index];
        any_goes |= !work->stays[item->index] && fate_of(item) != FATE_NOTHING;
    }
    work->stays[container->index] = any_stays && !any_goes;
    work->level[container->index] = level + (any_undone ? 1 : 0);
}

/* Sets the place of each undo in the order: after the undos of all steps that needed its step. */
static void set_levels(struct work *work)
{
    const struct definition *definition = work->saga->definition;
    IMPLIES(definition->step_count > 0, definition->order != NULL);
    for (uint32_t i = definition->step_count; i > 0; i--) {
        uint32_t index = definition->order[i - 1];
        const struct step *step = saga_step(work->saga, index);
        uint32_t level = 0;
        for (uint32_t k = 0; k < step->spec->needed_by_count; k++) {
            uint32_t after = work->level[step->spec->needed_by[k]];
            level = after > level ? after : level;
        }
        if (step->fan) {
            judge_items(work, step, level);
        } else {
            (void)judge(work, step, level);
        }
    }
}

static struct span plan_reason(struct work *work, struct buf *out)
{
    PRE(work->saga->magic == SAGA_MAGIC);
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
    PRE(step->spec->has_undo);
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
    step_scope(step, true, &scope);
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
    PRE(work->plan->item_count < work->saga->step_total);
    struct plan_item *item = &work->items[work->plan->item_count++];
    bool strict = work->saga->definition->strict;
    work->keys[work->plan->item_count - 1] =
        strict ? UINT64_MAX - step->started_seq : work->level[step->index];
    *item = (struct plan_item){.order = work->level[step->index],
                               .step = step->name,
                               .in_doubt = fate == FATE_UNDONE_IN_DOUBT,
                               .irrevocable = fate == FATE_IRREVOCABLE};
    if (item->irrevocable) {
        item->order = 0;
        work->keys[work->plan->item_count - 1] = 0;
        return true;
    }
    item->action = step->spec->undo.action;
    return fill_input(work, step, reason, out, &item->input);
}

/* Merges two sorted runs of items, first to end[0] and on to end[1], from `from` into `work`. */
static void merge(struct work *work, const struct work *from, uint32_t first, const uint32_t end[2])
{
    PRE(first <= end[0] && end[0] <= end[1]);
    uint32_t at[2] = {first, end[0]};
    for (uint32_t i = first; i < end[1]; i++) {
        bool left = at[0] < end[0] && (at[1] >= end[1] || from->keys[at[0]] <= from->keys[at[1]]);
        uint32_t taken = at[left ? 0 : 1]++;
        work->items[i] = from->items[taken];
        work->keys[i] = from->keys[taken];
    }
}

static void swap_lists(struct work *a, struct work *b)
{
    PRE(a->items != b->items);
    struct work kept = *a;
    a->items = b->items;
    a->keys = b->keys;
    b->items = kept.items;
    b->keys = kept.keys;
}

/* Sorts the plan: irrevocable steps first, for a person must see them; then by the order of the
 * undos, equal ones in the order of the definition. */
static bool sort_items(struct work *work)
{
    uint32_t count = work->plan->item_count;
    struct work from = {.items = arena_take(work->arena, count * sizeof(struct plan_item)),
                        .keys = arena_take(work->arena, count * sizeof(uint64_t))};
    if (!from.items || !from.keys) {
        return false;
    }
    for (uint32_t width = 1; width < count; width *= 2) {
        swap_lists(work, &from);
        for (uint32_t first = 0; first < count; first += 2 * width) {
            uint32_t middle = count - first < width ? count : first + width;
            uint32_t last = count - first < 2 * width ? count : first + 2 * width;
            merge(work, &from, first, (uint32_t[2]){middle, last});
        }
    }
    CHECK(work->items && work->keys);
    bool strict = work->saga->definition->strict;
    uint32_t order = 0;
    for (uint32_t i = 0; i < count && strict; i++) {
        work->items[i].order = work->items[i].irrevocable ? 0 : ++order;
    }
    return true;
}

static void put_digest(struct plan *plan, struct span to, struct buf *out)
{
    PRE(plan->saga.size > 0);
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
        if (work->stays[i] && step->container && work->stays[step->container->index]) {
            continue; /* the plan names the fan-out instead of all its items */
        }
        if (work->stays[i]) {
            work->kept[plan->kept_count++] = step->name;
        } else if (fate != FATE_NOTHING) {
            ok = add_item(work, step, fate, reason, out);
        }
    }
    if (!ok) {
        return SAGA_NO_MEMORY;
    }
    if (!sort_items(work)) {
        return SAGA_NO_MEMORY;
    }
    CHECK(plan->item_count + plan->kept_count <= saga->step_total);
    plan->items = work->items;
    plan->kept = work->kept;
    put_digest(plan, to, out);
    return buf_failed(out) ? SAGA_NO_MEMORY : SAGA_OK;
}

static enum saga_error check_state(const struct saga *saga, int64_t now_ms, const char **why)
{
    PRE(saga->state > SAGA_STATE_NONE);
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
    PRE(request->definition == saga->definition);
    *why = NULL;
    enum saga_error rc = check_state(saga, request->now_ms, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    bool confirms = saga->direction == FORWARD && saga->state != SAGA_STATE_COMPLETED;
    if (open_is_committed(saga) && confirms) {
        *why = "the saga is committed";
        return SAGA_CONFLICT;
    }
    size_t count = saga->step_total;
    struct work work = {.saga = saga,
                        .arena = arena,
                        .chosen = arena_take(arena, count * sizeof(bool)),
                        .stays = arena_take(arena, count * sizeof(bool)),
                        .keys = arena_take(arena, count * sizeof(uint64_t)),
                        .level = arena_take(arena, count * sizeof(uint32_t)),
                        .items = arena_take(arena, count * sizeof(struct plan_item)),
                        .kept = arena_take(arena, count * sizeof(struct span)),
                        .plan = plan};
    if (!work.chosen || !work.stays || !work.keys || !work.level || !work.items || !work.kept) {
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
