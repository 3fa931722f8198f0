/* view.c - a saga to look at, and its history: folded by the same code that runs it. */
#include "view/view.h"

#include <stdio.h>

#include "base/mp.h"
#include "engine/due.h"
#include "engine/load.h"
#include "journal/child_name.h"
#include "engine/at_work.h"
#include "journal/saga_image.h"
#include "saga/attempt.h"
#include "saga/attempts.h"
#include "saga/alerts.h"
#include "saga/calls.h"
#include "saga/checks.h"
#include "saga/fan.h"
#include "saga/keys.h"
#include "saga/open.h"
#include "saga/saga.h"
#include "saga/steps.h"
#include "view/view_load.h"
#include "view/view_mask.h"

/* A running time as people are shown it: what the host's clock will show then, if it goes on as it
 * did when the saga was last heard of. 0 = none. */
static int64_t shown_ms(const struct saga *saga, int64_t running_ms)
{
    return running_ms > 0 ? running_ms + saga->moment.host_ms - saga->moment.running_ms : 0;
}

/* Until when the step waits, whichever of its two times comes first. */
static int64_t waiting_until_ms(const struct step *step)
{
    int64_t wake_ms = shown_ms(step->saga, step->wake_ms);
    bool is_first = step->until_ms > 0 && (wake_ms == 0 || step->until_ms < wake_ms);
    return is_first ? step->until_ms : wake_ms;
}

/* When the call, or the check that it depends on, is tried next. */
static int64_t retry_ms(const struct step *step, const struct call *call)
{
    const struct call *check = &step->calls[2];
    bool retries = call->kind == TASK_UNDO ? undo_call_state(step) == UNDO_STATE_RETRYING
                                           : step->state == STEP_STATE_RETRYING;
    if (saga_state_is_final(step->saga->state)) {
        return 0;
    }
    if (call_awaits_check(call)) {
        return shown_ms(step->saga, check->retry_ms);
    }
    return retries ? shown_ms(step->saga, call->retry_ms) : 0;
}

static void fill_step(const struct step *step, struct view_step *out)
{
    const struct call *done = &step->calls[0];
    const struct call *undo = &step->calls[1];
    *out = (struct view_step){
        .name = step->name,
        .index = step->index,
        .kind = step->spec->kind,
        .step_class = step->spec->step_class,
        .wake_ms = waiting_until_ms(step),
        .child = step->child,
        .approval = step->approval,
        .undo_before_ms = step->undo_before_ms,
        .state = step->state,
        .attempts = done->number_last,
        .retry_ms = retry_ms(step, done),
        .in_doubt = call_in_doubt(done) && step->state != STEP_STATE_RESOLVED,
        .input = done->run > 0 && done->input.size == 0 ? MP_NIL_VALUE : done->input,
        .output = step->output,
        .error_code = step->code,
        .error_message = step->message,
        .error_attempt = step->error_attempt,
        .started_ms = step->started_ms,
        .ended_ms = step->ended_ms,
        .done_ms = step->done_ms,
        .cost_micros = step->cost_micros,
        .spec = step->spec,
        .is_item = step->container != NULL,
        .has_items = step->fan != NULL,
        .item = step->item,
        .item_count = step->fan ? step->fan->count : 0};
    if (step->fan) {
        out->input = step->calls[0].input.size > 0 ? step->calls[0].input : MP_NIL_VALUE;
    }
    bool stray = step->undo_state == UNDO_STATE_NONE && step_has_late_effect(step);
    out->undo = (struct view_undo){.state = stray ? step->late_undo_state : step->undo_state,
                                   .attempts = undo->number_last,
                                   .retry_ms = retry_ms(step, undo),
                                   .error_code = step->undo_code,
                                   .error_message = step->undo_message};
}

/* Of a step of a committed saga: asked for, or still to be. */
static void fill_confirm(const struct step *step, struct view_undo *out)
{
    PRE(step->open != NULL);
    const struct open_step *own = step->open;
    const struct call *confirm = &step->calls[2];
    bool due = open_is_committed(step->saga) && !open_step_is_confirmed(step);
    bool is_left = own->confirm_state == UNDO_STATE_NONE && due;
    bool retries = own->confirm_state == UNDO_STATE_RETRYING;
    *out = (struct view_undo){.state = is_left ? UNDO_STATE_PENDING : own->confirm_state,
                              .attempts = confirm->number_last,
                              .retry_ms = retries ? confirm->retry_ms : 0,
                              .error_code = own->confirm_code,
                              .error_message = own->confirm_message};
}

const char *view_waits_for(const struct view_step *step)
{
    return step->state == STEP_STATE_WAITING ? step_kind_facts(step->kind)->waits_for : NULL;
}

/* What the saga as a whole waits for: its first step that waits, unless another step runs. */
static struct span waits_for(const struct saga *saga, const struct view *view)
{
    struct span found = {NULL, 0};
    if (saga->lock == LOCK_STATE_QUEUED) {
        return span_text("concurrency");
    }
    if (view->state == SAGA_STATE_RUNNING && open_is_committed(saga)) {
        return span_text("confirm");
    }
    if (saga_waits_for_start(saga)) {
        return span_text("start_at");
    }
    for (uint32_t i = 0; i < view->step_count; i++) {
        const struct view_step *step = &view->steps[i];
        const char *word = view_waits_for(step);
        if (step->has_items) {
            continue; /* its items are looked at instead */
        }
        if (step->state == STEP_STATE_RUNNING || step->state == STEP_STATE_RETRYING ||
            step->state == STEP_STATE_IN_DOUBT) {
            return (struct span){NULL, 0};
        }
        found = word && found.size == 0 ? span_text(word) : found;
    }
    return view->state == SAGA_STATE_RUNNING ? found : (struct span){NULL, 0};
}

/* A saga that has not begun has so long from its start_at on. */
static int64_t deadline_ms(const struct saga *saga)
{
    int64_t limit_ms = saga->definition->timeout_ms;
    bool counts_later = !saga->has_begun && limit_ms > 0;
    return counts_later ? saga->start_at_ms + limit_ms : shown_ms(saga, saga->deadline_ms);
}

/* Is this attempt still the one at work, as far as the rows go? */
static bool is_open(const struct step *step, const struct task_at_work *attempt)
{
    for (uint32_t k = 0; k < step->call_count; k++) {
        const struct attempt *newest = step->calls[k].newest;
        if (newest && newest->state == ATTEMPT_OPEN && step->calls[k].kind == attempt->kind &&
            newest->number == attempt->number && span_equal(step->calls[k].key, attempt->key)) {
            return true;
        }
    }
    return false;
}

static void add_alerts(const struct step *step, struct view_alert *alerts, uint32_t *count)
{
    uint32_t standing = step_alerts(step);
    for (uint32_t i = 0; i < ALERT_COUNT && *count < VIEW_ALERTS_MAX; i++) {
        if (standing & 1u << i) {
            enum alert alert = (enum alert)i;
            alerts[(*count)++] = (struct view_alert){
                .alert = alert, .step = step->name, .since_ms = step_alert_since_ms(step, alert)};
        }
    }
}

/* false: no memory. */
static bool fill_alerts(struct saga *saga, struct arena *arena, struct view *view)
{
    uint32_t count = 0;
    struct view_alert *alerts = arena_take(arena, VIEW_ALERTS_MAX * sizeof(*alerts));
    for (uint32_t i = 0; alerts && i < saga->step_total; i++) {
        add_alerts(saga_step(saga, i), alerts, &count);
    }
    view->alerts = alerts;
    view->alert_count = count;
    return alerts != NULL;
}

static enum saga_error fill_view(struct saga *saga, struct arena *arena, struct view *view)
{
    uint32_t count = 0;
    struct view_step *steps = arena_take(arena, saga->step_total * sizeof(*steps));
    if (!steps) {
        return SAGA_NO_MEMORY;
    }
    for (uint32_t i = 0; i < saga->definition->step_count; i++) {
        const struct step *step = saga_step(saga, i);
        fill_step(step, &steps[count++]);
        if (step->open) {
            fill_confirm(step, &steps[count - 1].confirm);
        }
        for (uint32_t k = 0; step->fan && k < step->fan->count; k++) {
            fill_step(&step->fan->items[k], &steps[count++]);
        }
    }
    POST(count <= saga->step_total);
    int64_t window_ms = saga->definition->reversal_window_ms;
    bool reversible = saga->state == SAGA_STATE_COMPLETED && window_ms > 0;
    *view = (struct view){
        .name = saga->name,
        .parent = child_name_parent(saga->name),
        .cause = saga->event,
        .definition = saga->definition->name,
        .version = saga->definition->version,
        .state = saga->state,
        .paused = saga->paused,
        .is_open = saga->open != NULL,
        .input = saga->input,
        .output = saga->output,
        .reason = saga->reason,
        .labels = saga->labels,
        .traceparent = saga->traceparent,
        .started_ms = saga->started_ms,
        .ended_ms = saga->ended_ms,
        .deadline_ms = deadline_ms(saga),
        .reversible_until_ms = reversible ? shown_ms(saga, saga->completed_ms + window_ms) : 0,
        .cost_micros = saga->cost_micros,
        .seq = saga->seq,
        .steps = steps,
        .step_count = count,
        .specs = saga->definition->steps};
    view->waiting_for = waits_for(saga, view);
    view->start_at_ms = span_is(view->waiting_for, "start_at") ? saga->start_at_ms : 0;
    return fill_alerts(saga, arena, view) ? SAGA_OK : SAGA_NO_MEMORY;
}

static enum saga_error load(const struct saga_image *image, const struct definition *definition,
                            struct arena *arena, struct view *view, struct saga **saga)
{
    struct arena_source *source = view_load_source(arena);
    if (!source) {
        return SAGA_NO_MEMORY;
    }
    view->flaw = (struct saga_flaw){0};
    enum saga_error rc = saga_load(source, image, definition, saga, &view->flaw);
    return rc == SAGA_OK ? fill_view(*saga, arena, view) : rc;
}

enum saga_error view_make(const struct saga_image *image, const struct definition *definition,
                          struct arena *arena, struct view *view)
{
    struct saga *saga;
    return load(image, definition, arena, view, &saga);
}

/* The attempts at work, to their steps. What was asked and what was read are of two moments: an
 * attempt that is over by now, as the rows say, is left out. */
static void attach(const struct saga *saga, const struct at_work *open, struct view *view)
{
    for (uint32_t i = 0; i < view->step_count; i++) {
        struct view_step *step = (struct view_step *)(uintptr_t)&view->steps[i];
        for (uint32_t k = 0; k < open->count; k++) {
            const struct task_at_work *attempt = &open->items[k];
            bool is_of =
                attempt->step == step->index && is_open(saga_step(saga, step->index), attempt);
            bool of_undo = attempt->kind == TASK_UNDO || attempt->of_undo;
            if (is_of) {
                *(of_undo ? &step->undo.attempt : &step->attempt) = attempt;
            }
        }
    }
}

enum saga_error view_show(const struct saga_image *image, const struct definition *definition,
                          struct at_work *open, struct arena *arena, struct view *view)
{
    struct saga *saga;
    enum saga_error rc = load(image, definition, arena, view, &saga);
    if (rc == SAGA_OK && open) {
        attach(saga, open, view);
    }
    return rc == SAGA_OK ? view_mask(saga, arena, view) : rc;
}
