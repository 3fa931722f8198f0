/* view_mask.c - which values of a view come from where, and so what of them is not shown. */
#include "view/view_mask.h"

#include "base/mp.h"
#include "engine/at_work.h"
#include "engine/plan.h"
#include "journal/record.h"
#include "journal/saga_image.h"
#include "journal/verb.h"
#include "saga/old_key.h"
#include "saga/saga.h"
#include "view/mask.h"
#include "view/view.h"
#include "view/view_definition.h"

static const struct mask_origin nowhere = {.is_known = false};

static struct mask_origin of_input(void)
{
    return (struct mask_origin){.is_known = true, .root = REFERENCE_INPUT};
}

static struct mask_origin of_step(const struct saga *saga, const struct step_spec *spec,
                                  bool is_item)
{
    uint32_t index = (uint32_t)(spec - saga->definition->steps);
    return (struct mask_origin){
        .is_known = true, .root = REFERENCE_OUTPUT, .step = index, .is_item = is_item};
}

static void learn_saga(struct mask *mask, const struct saga *saga)
{
    mask_learn(mask, of_input(), saga->input);
    for (uint32_t i = 0; i < saga->step_total; i++) {
        const struct step *step = saga_step(saga, i);
        struct mask_origin origin = of_step(saga, step->spec, step->container != NULL);
        mask_learn(mask, origin, step->output);
        for (const struct old_key *past = step->old_keys; past; past = past->older) {
            mask_learn(mask, origin, past->output);
        }
    }
}

static struct span hide(struct span value)
{
    static const uint8_t hidden[] = {0xa3, '*', '*', '*'};
    return value.size == 0 ? value : span_of(hidden, sizeof(hidden));
}

/* Hides an event's data as a whole: a sensitive input may be made of it, and nothing here can tell.
 */
static struct span mask_data(struct mask *mask, struct span event)
{
    struct mp mp = mp_open(event);
    struct buf out;
    bool ok = true;
    if (mp_type(event) != MP_MAP) {
        return event;
    }
    buf_open(&out, event.size + 64);
    uint32_t count = mp_map(&mp);
    mp_put_map(&out, count);
    for (uint32_t i = 0; i < count; i++) {
        struct span name = mp_str(&mp);
        struct span value = mp_skip(&mp);
        mp_put_str(&out, name);
        mp_put_value(&out, span_is(name, "data") ? hide(value) : value);
    }
    struct span kept = arena_copy(mask->arena, buf_span(&out), &ok);
    mask->failed |= buf_failed(&out) || !ok;
    buf_close(&out);
    return mask_value(mask, nowhere, kept);
}

static void mask_attempt(struct mask *mask, const struct task_at_work *attempt)
{
    if (attempt) {
        struct task_at_work *own = (struct task_at_work *)(uintptr_t)attempt;
        own->details = mask_value(mask, nowhere, own->details);
    }
}

static void mask_step(struct mask *mask, struct mask_origin origin, struct view_step *step)
{
    step->input = mask_value(mask, nowhere, step->input);
    step->output = mask_value(mask, origin, step->output);
    step->approval = mask_value(mask, nowhere, step->approval);
    step->error_message = mask_text(mask, step->error_message);
    mask_attempt(mask, step->attempt);
    mask_attempt(mask, step->undo.attempt);
    step->undo.error_message = mask_text(mask, step->undo.error_message);
}

enum saga_error view_mask(const struct saga *saga, struct arena *arena, struct view *view)
{
    struct mask mask;
    mask_open(&mask, saga->definition, arena);
    if (!mask_is_needed(&mask)) {
        return SAGA_OK;
    }
    learn_saga(&mask, saga);
    view->input = mask_value(&mask, of_input(), view->input);
    view->cause = mask_data(&mask, view->cause);
    view->output = mask_value(&mask, nowhere, view->output);
    view->reason = mask_value(&mask, nowhere, view->reason);
    view->labels = mask_value(&mask, nowhere, view->labels);
    for (uint32_t i = 0; i < view->step_count; i++) {
        struct view_step *step = (struct view_step *)(uintptr_t)&view->steps[i];
        mask_step(&mask, of_step(saga, step->spec, step->is_item), step);
    }
    return mask.failed ? SAGA_NO_MEMORY : SAGA_OK;
}

enum saga_error view_mask_plan(const struct saga *saga, struct arena *arena, struct plan *plan)
{
    struct mask mask;
    mask_open(&mask, saga->definition, arena);
    if (!mask_is_needed(&mask)) {
        return SAGA_OK;
    }
    learn_saga(&mask, saga);
    for (uint32_t i = 0; i < plan->item_count; i++) {
        struct plan_item *item = (struct plan_item *)(uintptr_t)&plan->items[i];
        item->input = mask_value(&mask, nowhere, item->input);
    }
    return mask.failed ? SAGA_NO_MEMORY : SAGA_OK;
}

/* Where the output that a record carries comes from. */
static struct mask_origin of_record(const struct record *record)
{
    bool is_output = record->type == RECORD_TASK_SUCCEEDED ||
                     record->type == RECORD_STEP_COMPLETED || record->type == RECORD_TASK_LATE ||
                     record->type == RECORD_STEP_RESOLVED || record->type == RECORD_STEP_WOKEN;
    bool is_undo = record->kind == TASK_UNDO;
    return (struct mask_origin){.is_known = is_output && !is_undo && (record->fields & 1) != 0,
                                .root = REFERENCE_OUTPUT,
                                .step = record->step,
                                .is_item = record->item > 0};
}

enum saga_error view_mask_learn(const struct saga_image *image, bool may_move, struct mask *mask)
{
    bool wanted = may_move || mask_is_needed(mask);
    for (uint32_t i = 0; i < image->row_count && wanted; i++) {
        struct record_reader reader;
        struct record record;
        bool bad = false;
        if (!record_open(&reader, &image->rows[i])) {
            return SAGA_STORE_CORRUPT;
        }
        while (record_next(&reader, &record, &bad)) {
            mask->definition = view_definition_of(mask->definition, &record);
            if (!mask->definition) {
                return SAGA_STORE_CORRUPT;
            }
            if (record.type == RECORD_SAGA_STARTED) {
                mask_learn(mask, of_input(), record.input);
            }
            mask_learn(mask, of_record(&record), record.output);
        }
        if (bad) {
            return SAGA_STORE_CORRUPT;
        }
    }
    return mask->failed ? SAGA_NO_MEMORY : SAGA_OK;
}

void view_mask_record(struct mask *mask, struct record *record)
{
    if (!mask_is_needed(mask)) {
        return;
    }
    bool starts = record->type == RECORD_SAGA_STARTED;
    bool brings = record->type == RECORD_OPERATOR && record->verb == VERB_SIGNAL;
    record->input = brings ? hide(record->input)
                           : mask_value(mask, starts ? of_input() : nowhere, record->input);
    record->event = mask_data(mask, record->event);
    record->output = mask_value(mask, of_record(record), record->output);
    record->details = mask_value(mask, nowhere, record->details);
    record->labels = mask_value(mask, nowhere, record->labels);
    record->message = mask_text(mask, record->message);
    record->reason = mask_text(mask, record->reason);
    record->evidence = mask_text(mask, record->evidence);
}
