/* fold_open.c - the records of open sagas: steps registered, completed, and the commit.
 *
 * What a client does for a step is an attempt like any other, with one difference: nobody can
 * tell a client to stop, so nobody waits until it has. The attempt counts as answered from the
 * beginning. */
#include "saga/fold_open.h"

#include "base/limits.h"
#include "journal/record.h"
#include "language/open_terms.h"
#include "saga/attempt.h"
#include "saga/calls.h"
#include "saga/fold_attempt.h"
#include "saga/fold_result.h"
#include "saga/moves.h"
#include "saga/open.h"

#include "saga/no_live.h"

bool fold_terms(struct saga *saga, const struct record *record)
{
    PRE(record->type == RECORD_SAGA_STARTED);
    const char *pointer;
    const char *why;
    bool ok = true;
    if (!saga->open) {
        return true;
    }
    struct span form = arena_copy(&saga->arena, record->form, &ok);
    return ok && form.size > 0 &&
           open_terms_read(form, &saga->arena, &saga->open->definition, &pointer, &why) == SAGA_OK;
}

/* Takes over from the record how the step is undone and confirmed, and which steps it needs. */
static bool set_form(struct step *step, const struct record *record)
{
    struct saga *saga = step->saga;
    struct step_spec *spec = &saga->open->specs[step->index];
    bool ok = true;
    PRE(step->open != NULL);
    CHECK(spec == step->spec);
    step->open->calls.form = arena_copy(&saga->arena, record->form, &ok);
    step->open->calls.inputs = record->details;
    struct span needs = arena_copy(&saga->arena, record->steps, &ok);
    return ok && open_step_compile(&step->open->calls, &saga->arena, spec) == SAGA_OK &&
           open_set_needs(step, needs);
}

/* Begins a key for what the client does from now on. */
static bool open_key(struct step *step, const struct record *record, int64_t at_ms)
{
    struct call *call = step_call(step, TASK_DO);
    const struct record first = {.type = record->type,
                                 .kind = TASK_DO,
                                 .run = record->run,
                                 .attempt = 1,
                                 .input = record->input};
    if (record->run != call->run + 1 || !fold_open_run(call, &first) ||
        !fold_add_attempt(call, &first)) {
        return false;
    }
    CHECK(call->newest->run == record->run);
    call->newest->answered = true; /* no participant has the attempt, so that none is waited for */
    step->started_ms = at_ms;
    step->started_seq = step->started_seq ? step->started_seq : step->saga->seq;
    return fold_move(step, STEP_STATE_RUNNING, at_ms);
}

bool fold_registered(struct saga *saga, struct step *step, const struct record *record,
                     int64_t at_ms)
{
    PRE(record->type == RECORD_STEP_REGISTERED);
    if (!saga->open) {
        return false;
    }
    if (!step) {
        bool has_room = saga->definition->step_count < LIMIT_STEPS && record->name.size > 0;
        step = has_room ? open_add_step(saga, record->name) : NULL;
        if (!step) {
            return false;
        }
        open_terms_name(&saga->open->definition, step->name, step->index);
        return set_form(step, record) && open_key(step, record, at_ms);
    }
    const struct record none = {.type = record->type};
    step->refused = false;
    return fold_keep_error(step, step_call(step, TASK_DO), &none) && set_form(step, record) &&
           fold_move(step, STEP_STATE_PENDING, at_ms) && open_key(step, record, at_ms);
}

bool fold_completed_by_client(struct step *step, struct call *call, const struct record *record,
                              int64_t at_ms)
{
    PRE(record->type == RECORD_STEP_COMPLETED);
    /* The client had said that the step failed, and says now that it succeeded after all. */
    bool failed = step->state == STEP_STATE_FAILED;
    if (!step->open || !call ||
        (failed && (!fold_move(step, STEP_STATE_PENDING, at_ms) ||
                    !fold_move(step, STEP_STATE_RUNNING, at_ms)))) {
        return false;
    }
    const struct record none = {.type = record->type};
    return fold_keep_error(step, call, &none) && fold_succeeded(step, call, record, at_ms);
}

bool fold_committed(struct saga *saga, const struct record *record)
{
    PRE(record->type == RECORD_SAGA_COMMITTED);
    if (!saga->open) {
        return false;
    }
    saga->open->committed = true;
    saga->deadline_ms = 0;
    saga->output = record->output;
    return saga->direction == FORWARD;
}
