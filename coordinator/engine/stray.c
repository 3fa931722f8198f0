/* stray.c - the undo of a late effect of an old key: see fold_past.c.
 *
 * It goes at once: the key was undone, and so no attempt of it can act any more. What it said late
 * it may have done before that undo, and then there is nothing left to undo, or after it. The
 * participant knows by the do's key. */
#include "engine/stray.h"

#include "engine/call.h"
#include "engine/failure.h"
#include "engine/scope.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "engine/undo.h"
#include "journal/record.h"
#include "language/template.h"
#include "language/template_form.h"
#include "saga/awake.h"
#include "saga/calls.h"
#include "saga/steps.h"

static struct past *oldest_wanted(const struct step *step)
{
    struct past *oldest = NULL;
    for (struct past *past = step->pasts; past; past = past->older) {
        oldest = past->wanted ? past : oldest;
    }
    return oldest;
}

struct own_output {
    const struct saga *saga;
    uint32_t index;
    struct span output;
    struct span (*others)(uint32_t step, const void *arg);
};

static struct span output_of(uint32_t index, const void *arg)
{
    const struct own_output *own = arg;
    return index == own->index ? own->output : saga_step(own->saga, index)->output;
}

static const char *status_of(uint32_t index, const void *arg)
{
    const struct own_output *own = arg;
    return step_state_name(saga_step(own->saga, index)->state);
}

/* As of the step's own undo, but with the input and the output of the old key. */
static void fill(struct turn *turn, const struct step *step, struct span *input)
{
    const struct past *past = oldest_wanted(step);
    const struct template *template = step->spec->undo.input;
    CHECK(past != NULL);
    if (!template) {
        *input = past->input;
        return;
    }
    const struct step *named = step->container ? step->container : step;
    struct own_output own = {.saga = turn->saga, .index = named->index, .output = past->output};
    struct scope scope;
    struct span missing;
    step_scope(step, true, &scope);
    scope.step_output = output_of;
    scope.step_status = status_of;
    scope.step_gives_null = NULL;
    scope.arg = &own;
    buf_clear(&turn->engine->scratch);
    if (template_fill(template, &scope, &turn->engine->scratch, &missing) != SAGA_OK) {
        turn->failed = true;
        return;
    }
    *input = buf_span(&turn->engine->scratch);
}

/* The step's own undo has the call. */
static bool is_busy(const struct step *step)
{
    return step->undo_state == UNDO_STATE_RUNNING || step->undo_state == UNDO_STATE_RETRYING ||
           step->undo_state == UNDO_STATE_PARKED;
}

static bool send(struct turn *turn, struct step *step)
{
    struct call *undo = step_call(step, TASK_UNDO);
    struct span input = {NULL, 0};
    if (step->stray_state == UNDO_STATE_PENDING && !is_busy(step)) {
        fill(turn, step, &input);
        call_send(turn, undo, &input, FLAG_STRAY | FLAG_IN_DOUBT);
        return true;
    }
    bool waits = step->stray_state == UNDO_STATE_RETRYING && undo->stray;
    if (waits && undo->spent) {
        return undo_settle(turn, step);
    }
    bool due = waits && !call_is_open(undo) && undo->retry_ms <= turn->now_ms;
    if (due && call_key_is_over(undo, turn->now_ms)) {
        key_expire(turn, undo);
    } else if (due) {
        input = undo->rerun_input.size > 0 ? undo->rerun_input : undo->input;
        call_send(turn, undo, undo->rerun ? &input : NULL, FLAG_STRAY | FLAG_IN_DOUBT);
    }
    return due;
}

bool strays(struct turn *turn)
{
    struct saga *saga = turn->saga;
    bool changed = false;
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total && !turn->failed;
         i = saga_awake(saga, i + 1)) {
        struct step *step = saga_step(saga, i);
        if (step_has_stray(step)) {
            changed |= send(turn, step);
        }
    }
    return changed;
}
