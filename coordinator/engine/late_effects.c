/* late_effects.c - undoes late effects: a step was undone and begun anew under another idempotency
 * key, and then an attempt under the old key turned out to have had an effect. See fold_old_keys.c.
 *
 * This undo is sent at once, for the old key has been undone, and so no attempt of it can act any
 * more. If the late effect came before that undo, nothing is left to undo; if after it, the effect
 * stands. The participant knows which, by the key of the do. */
#include "engine/late_effects.h"

#include "engine/call.h"
#include "engine/failure.h"
#include "engine/scope.h"
#include "engine/turn.h"
#include "engine/undo.h"
#include "journal/record.h"
#include "language/template.h"
#include "saga/attempts.h"
#include "saga/awake.h"
#include "saga/calls.h"
#include "saga/old_key.h"
#include "saga/saga.h"
#include "saga/steps.h"

/* What the templates of this undo see: all steps as they are, but for the output of its own step,
 * which is that of the old key. */
struct own_output {
    const struct saga *saga;
    uint32_t index;
    struct span output;
    struct span (*others)(uint32_t step, const void *arg);
};

static struct span output_of(uint32_t index, const void *arg)
{
    PRE(index < ((const struct own_output *)arg)->saga->definition->step_count);
    const struct own_output *own = arg;
    return index == own->index ? own->output : saga_step(own->saga, index)->output;
}

static const char *status_of(uint32_t index, const void *arg)
{
    PRE(index < ((const struct own_output *)arg)->saga->definition->step_count);
    const struct own_output *own = arg;
    return step_state_name(saga_step(own->saga, index)->state);
}

/* Computes the input of this undo: as for the step's ordinary undo, but from the input and the
 * output of the old key. */
static void fill(struct turn *turn, const struct step *step, struct span *input)
{
    const struct old_key *old_key = step_oldest_late_effect(step);
    const struct template *template = step->spec->undo.input;
    CHECK(old_key != NULL);
    if (!template) {
        *input = old_key->input;
        return;
    }
    const struct step *named = step->container ? step->container : step;
    struct own_output own = {.saga = turn->saga, .index = named->index, .output = old_key->output};
    struct scope scope;
    step_scope(step, true, &scope);
    scope.step_output = output_of;
    scope.step_status = status_of;
    scope.step_gives_null = NULL;
    scope.arg = &own;
    (void)scope_fill(turn, &scope, template, input);
}

/* Is the step's undo call busy with the ordinary undo of the step? */
static bool is_busy(const struct step *step)
{
    PRE(step->undo_state < UNDO_STATE_COUNT);
    return step->undo_state == UNDO_STATE_RUNNING || step->undo_state == UNDO_STATE_RETRYING ||
           step->undo_state == UNDO_STATE_PARKED;
}

/* Sends the undo of the step's oldest late effect, or its retry, if it is due. Returns true when
 * anything changed. */
static bool send(struct turn *turn, struct step *step)
{
    PRE(step_has_late_effect(step));
    struct call *undo = step_call(step, TASK_UNDO);
    struct span input = {NULL, 0};
    if (step->late_undo_state == UNDO_STATE_PENDING && !is_busy(step)) {
        fill(turn, step, &input);
        call_send(turn, undo, &input, FLAG_LATE_EFFECT | FLAG_IN_DOUBT);
        return true;
    }
    bool waits = step->late_undo_state == UNDO_STATE_RETRYING && undo->late_effect;
    if (waits && undo->spent) {
        return undo_end_doubt(turn, step);
    }
    bool due = waits && !call_is_open(undo) && undo->retry_ms <= turn->now_ms;
    if (due && call_key_is_over(undo, turn->now_ms)) {
        key_expire(turn, undo);
    } else if (due) {
        input = undo->rerun_input.size > 0 ? undo->rerun_input : undo->input;
        call_send(turn, undo, undo->rerun ? &input : NULL, FLAG_LATE_EFFECT | FLAG_IN_DOUBT);
    }
    return due;
}

bool late_effects_undo(struct turn *turn)
{
    struct saga *saga = turn->saga;
    PRE(saga->magic == SAGA_MAGIC);
    bool changed = false;
    for (uint32_t i = saga_awake(saga, 0); i < saga->step_total && !turn->failed;
         i = saga_awake(saga, i + 1)) {
        struct step *step = saga_step(saga, i);
        if (step_has_late_effect(step)) {
            changed |= send(turn, step);
        }
    }
    return changed;
}
