/* shape.c - views written as the shapes of the contract, in either form. */
#include "api/shape.h"

#include "base/mp.h"
#include "language/condition.h"
#include "language/definition.h"
#include "language/step_kind.h"
#include "engine/at_work.h"
#include "engine/plan.h"
#include "engine/migrate.h"

/* A flag that is said only when it is so. */
static void flag(struct form *form, const char *key, bool value)
{
    if (value) {
        form_bool(form, key, true);
    }
}

static void value_if(struct form *form, const char *key, struct span value)
{
    if (value.size > 0) {
        form_value(form, key, value);
    }
}

static void fault(struct form *form, struct span code, struct span message)
{
    if (code.size == 0) {
        return;
    }
    form_map(form, "error");
    form_str(form, "code", code);
    form_str_if(form, "message", message);
    form_end(form);
}

static void cause_text(struct form *form, const char *key, struct span event, const char *member)
{
    struct span value = mp_find(event, span_text(member));
    struct mp mp = mp_open(value);
    if (mp_type(value) == MP_STR) {
        form_str(form, key, mp_str(&mp));
    }
}

/* The event that started it; what it carried is the input, or made it. */
static void cause(struct form *form, struct span event)
{
    if (event.size == 0) {
        return;
    }
    form_map(form, "cause");
    cause_text(form, "event", event, "name");
    cause_text(form, "id", event, "id");
    cause_text(form, "source", event, "source");
    cause_text(form, "saga", event, "saga");
    form_end(form);
}

/* `alerts`, unless none stands. */
static void put_alerts(struct form *form, const struct view *view)
{
    if (view->alert_count == 0) {
        return;
    }
    form_array(form, "alerts");
    for (uint32_t i = 0; i < view->alert_count; i++) {
        form_map(form, NULL);
        form_text(form, "code", alert_name(view->alerts[i].alert));
        form_str(form, "step", view->alerts[i].step);
        form_time(form, "since", view->alerts[i].since_ms);
        form_end(form);
    }
    form_end(form);
}

void shape_saga(struct form *form, const struct view *view, const struct shape_detail *detail)
{
    form_str(form, "id", view->name);
    form_str_if(form, "parent", view->parent);
    cause(form, view->cause);
    form_str(form, "definition", view->definition);
    form_uint(form, "version", view->version);
    form_text(form, "kind", view->is_open ? "open" : "defined");
    form_text(form, "status", saga_state_name(view->state));
    form_bool(form, "paused", view->paused);
    flag(form, "duplicate", detail->is_duplicate);
    if (detail->has_values) {
        form_value(form, "input", view->input);
        value_if(form, "output", view->output);
    }
    value_if(form, "reason", view->reason);
    put_alerts(form, view);
    value_if(form, "labels", view->labels);
    form_str_if(form, "waiting_for", view->waiting_for);
    form_time(form, "start_at", view->start_at_ms);
    form_time(form, "started_at", view->started_ms);
    form_time(form, "ended_at", view->ended_ms);
    form_time(form, "deadline", view->deadline_ms);
    form_cost(form, view->cost_micros);
    form_uint(form, "seq", view->seq);
    if (detail->has_steps) {
        shape_steps(form, view, detail->has_values);
    }
}

/* Why, and from where on. */
static void put_flaw(struct form *form, const struct saga_flaw *flaw)
{
    form_map(form, "unreadable");
    form_text(form, "why", flaw->why ? flaw->why : "unknown");
    if (flaw->seq > 0) {
        form_uint(form, "record", flaw->seq);
    }
    if (flaw->lsn > 0) {
        form_uint(form, "row", flaw->lsn);
    }
    form_end(form);
}

void shape_head(struct form *form, struct span name, const struct head *head)
{
    form_str(form, "id", name);
    form_str(form, "definition", head->definition);
    form_uint(form, "version", head->version);
    form_text(form, "kind", head->version > 0 ? "defined" : "open");
    form_text(form, "status", saga_state_name(head->state));
    form_bool(form, "paused", head->paused);
}

void shape_unreadable(struct form *form, const struct saga_image *image,
                      const struct shape_detail *detail)
{
    const struct head *head = &image->head;
    shape_head(form, image->name, head);
    flag(form, "duplicate", detail->is_duplicate);
    put_flaw(form, &image->flaw);
    form_array(form, "alerts");
    form_map(form, NULL);
    form_text(form, "code", "saga_unreadable");
    form_end(form);
    form_end(form);
    form_time(form, "started_at", head->started_ms);
    form_time(form, "ended_at", head->ended_ms);
    if (detail->has_steps) {
        form_array(form, "steps");
        form_end(form);
    }
}

static void needs(struct form *form, const struct view *view, const struct view_step *step)
{
    form_array(form, "needs");
    for (uint32_t i = 0; i < step->spec->needs_count; i++) {
        form_str(form, NULL, view->specs[step->spec->needs[i]].name);
    }
    form_end(form);
}

/* What nobody knows is left out: after a restart that is whom the attempt is at. */
static void put_attempt(struct form *form, const struct task_at_work *attempt)
{
    if (!attempt) {
        return;
    }
    form_map(form, "attempt");
    form_uint(form, "number", attempt->number);
    form_text(form, "kind", task_kind_name(attempt->kind));
    form_str(form, "action", attempt->action);
    form_time(form, "intended_at", attempt->intended_ms);
    form_time(form, "sent_at", attempt->sent_ms);
    flag(form, "nobody_serves", attempt->nobody_serves);
    form_str_if(form, "instance", attempt->instance);
    form_time(form, "heartbeat_at", attempt->heard_ms);
    if (attempt->until_ms < INT64_MAX) {
        form_text(form, "time_out", attempt->limit);
        form_time(form, "times_out_at", attempt->until_ms);
    }
    value_if(form, "details", attempt->details);
    form_end(form);
}

/* What is asked for a step besides its do; `what` names it. */
static void second(struct form *form, const char *what, const struct view_undo *undo,
                   struct span action)
{
    if (undo->state == UNDO_STATE_NONE) {
        return;
    }
    form_map(form, what);
    form_text(form, "status", undo_state_name(undo->state));
    form_str_if(form, "action", action);
    form_uint(form, "attempts", undo->attempts);
    form_time(form, "retry_at", undo->retry_ms);
    put_attempt(form, undo->attempt);
    fault(form, undo->error_code, undo->error_message);
    form_end(form);
}

static void step_error(struct form *form, const struct view_step *step)
{
    if (step->error_code.size == 0) {
        return;
    }
    form_map(form, "error");
    form_str(form, "code", step->error_code);
    form_str_if(form, "message", step->error_message);
    if (step->error_attempt > 0) {
        form_uint(form, "attempt", step->error_attempt);
    }
    form_end(form);
}

static void waits(struct form *form, const struct view_step *step)
{
    const char *word = view_waits_for(step);
    if (word) {
        form_text(form, "waiting_for", word);
    }
    form_time(form, "waiting_until", step->wake_ms);
    if (step_kind_facts(step->kind)->takes_event) {
        form_map(form, "event");
        form_str(form, "name", step->spec->event);
        form_str_if(form, "match",
                    step->spec->match ? step->spec->match->written : (struct span){NULL, 0});
        form_end(form);
    }
}

void shape_steps(struct form *form, const struct view *view, bool has_values)
{
    form_array(form, "steps");
    for (uint32_t i = 0; i < view->step_count; i++) {
        const struct view_step *step = &view->steps[i];
        form_map(form, NULL);
        form_str(form, "step", step->name);
        form_text(form, "kind", step_kind_name(step->kind));
        form_text(form, "class", step_class_name(step->step_class));
        form_str_if(form, "action", step->spec->action.action);
        form_text(form, "status", step_state_name(step->state));
        if (step->has_items) {
            form_uint(form, "items", step->item_count);
        }
        if (step->is_item) {
            form_uint(form, "index", step->item);
        }
        form_uint(form, "attempts", step->attempts);
        form_time(form, "retry_at", step->retry_ms);
        put_attempt(form, step->attempt);
        form_bool(form, "in_doubt", step->in_doubt);
        if (has_values) {
            value_if(form, "input", step->input);
            value_if(form, "output", step->output);
            value_if(form, "approval", step->approval);
        }
        step_error(form, step);
        form_time(form, "started_at", step->started_ms);
        form_time(form, "done_at", step->done_ms);
        form_time(form, "ended_at", step->ended_ms);
        form_str_if(form, "child", step->child);
        waits(form, step);
        form_time(form, "undo_before", step->undo_before_ms);
        form_cost(form, step->cost_micros);
        needs(form, view, step);
        second(form, "compensation", &step->undo, step->spec->undo.action);
        if (step->spec->confirm) {
            second(form, "confirmation", &step->confirm, step->spec->confirm->call.action);
        }
        form_end(form);
    }
    form_end(form);
}

void shape_record(struct form *form, const struct view_record *record)
{
    form_map(form, NULL);
    form_uint(form, "seq", record->seq);
    form_time(form, "at", record->at_ms);
    form_text(form, "type", record->type);
    form_str_if(form, "step", record->step);
    if (record->kind) {
        form_text(form, "kind", record->kind);
    }
    if (record->attempt > 0) {
        form_uint(form, "attempt", record->attempt);
    }
    form_str_if(form, "verb", record->verb);
    form_str_if(form, "actor", record->actor);
    form_str_if(form, "reason", record->reason);
    form_str_if(form, "code", record->code);
    form_str_if(form, "message", record->message);
    value_if(form, "data", record->data);
    form_end(form);
}

void shape_plan(struct form *form, const struct plan *plan)
{
    form_str(form, "saga", plan->saga);
    form_uint(form, "seq", plan->seq);
    form_text(form, "digest", plan->digest);
    form_array(form, "compensations");
    for (uint32_t i = 0; i < plan->item_count; i++) {
        const struct plan_item *item = &plan->items[i];
        form_map(form, NULL);
        form_uint(form, "order", item->order);
        form_str(form, "step", item->step);
        form_str_if(form, "action", item->action);
        if (!item->irrevocable) {
            form_value(form, "input", item->input);
        }
        form_bool(form, "in_doubt", item->in_doubt);
        flag(form, "irrevocable", item->irrevocable);
        form_end(form);
    }
    form_end(form);
    form_array(form, "kept");
    for (uint32_t i = 0; i < plan->kept_count; i++) {
        form_str(form, NULL, plan->kept[i]);
    }
    form_end(form);
}

static void names(struct form *form, const char *key, const struct span *items, uint32_t count)
{
    form_array(form, key);
    for (uint32_t i = 0; i < count; i++) {
        form_str(form, NULL, items[i]);
    }
    form_end(form);
}

void shape_migration(struct form *form, const struct migration *plan)
{
    form_str(form, "saga", plan->saga);
    form_uint(form, "seq", plan->seq);
    form_uint(form, "from", plan->from);
    form_uint(form, "to", plan->to);
    form_bool(form, "possible", plan->difference_count == 0);
    form_array(form, "differences");
    for (uint32_t i = 0; i < plan->difference_count; i++) {
        form_map(form, NULL);
        form_str(form, "step", plan->differences[i].step);
        form_text(form, "difference", plan->differences[i].difference);
        form_end(form);
    }
    form_end(form);
    names(form, "added", plan->added, plan->added_count);
    names(form, "dropped", plan->dropped, plan->dropped_count);
}
