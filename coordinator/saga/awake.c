/* awake.c - which steps of a saga each event looks at (awake), and which it passes over
 * (resting). */
#include "saga/awake.h"

#include "saga/attempt.h"
#include "saga/fan.h"
#include "saga/saga.h"
#include "saga/steps.h"

enum { WORD_BITS = 64 }; /* how many steps one word of the bit set saga->awake holds */

uint32_t saga_awake(const struct saga *saga, uint32_t from)
{
    uint32_t words = (saga->step_total + WORD_BITS - 1) / WORD_BITS;
    uint32_t word = from / WORD_BITS;
    if (from >= saga->step_total) {
        return saga->step_total;
    }
    uint64_t bits = saga->awake[word] >> (from % WORD_BITS) << (from % WORD_BITS);
    while (bits == 0 && ++word < words) {
        bits = saga->awake[word];
    }
    return bits == 0 ? saga->step_total : word * WORD_BITS + (uint32_t)__builtin_ctzll(bits);
}

void step_wake(const struct step *step)
{
    step->saga->awake[step->index / WORD_BITS] |= UINT64_C(1) << (step->index % WORD_BITS);
}

static void let_rest(const struct step *step)
{
    PRE(step->index < step->saga->step_total);
    step->saga->awake[step->index / WORD_BITS] &= ~(UINT64_C(1) << (step->index % WORD_BITS));
}

void step_rest_until_needed(const struct step *step)
{
    PRE(step->state == STEP_STATE_PENDING);
    let_rest(step);
}

bool step_is_container(const struct step *step)
{
    IMPLIES(step->container, step->spec->for_each);
    return step->spec->for_each && !step->container;
}

bool step_is_forgiven(const struct step *step)
{
    IMPLIES(step->container, step->container->spec == step->spec);
    return step->container && step->spec->goes_on;
}

bool step_undoes_alone(const struct step *step)
{
    PRE(step->saga->magic == SAGA_MAGIC);
    return step_is_forgiven(step) && step->saga->direction == FORWARD && step->spec->has_undo &&
           !step->spec->after_pivot;
}

static bool has_open_call(const struct step *step)
{
    PRE(step->call_count <= CALL_COUNT);
    for (uint32_t k = 0; k < step->call_count; k++) {
        const struct call *call = &step->calls[k];
        if (call->retry_ms > 0 || (call->newest && call->newest->state == ATTEMPT_OPEN)) {
            return true;
        }
    }
    return false;
}

/* The undo of a step that is not due yet waits for the undos of later steps, after which the step
 * is woken. A step whose undo is due stays awake: a timer runs until its do can act no more. */
bool awake_waits_to_undo(const struct step *step)
{
    PRE(step->undo_state < UNDO_STATE_COUNT);
    return step->saga->direction == BACKWARD && step->undo_state == UNDO_STATE_PENDING &&
           step->live.undo_due_ms == 0;
}

void awake_raise_end(const struct step *item)
{
    PRE(item->container->fan != NULL);
    PRE(item->item < item->container->fan->room);
    struct fan *fan = item->container->fan;
    if (item->item >= fan->undo_end) {
        fan->undo_end = item->item + 1;
    }
    POST(fan->undo_end > item->item);
}

static bool step_may_rest(const struct step *step)
{
    bool back = step->saga->direction == BACKWARD;
    bool given_up = back || step_is_forgiven(step);
    bool undo_due = step->undo_state == UNDO_STATE_PENDING;
    if (has_open_call(step) || step->undo_before_ms > 0 || step_has_late_effect(step)) {
        return false;
    }
    switch (step->state) {
    case STEP_STATE_PENDING:
        return back || step->container;
    case STEP_STATE_SUCCEEDED:
        return !back || !step->chosen || awake_waits_to_undo(step);
    case STEP_STATE_FAILED:
        return given_up && (!undo_due || awake_waits_to_undo(step)) && !step->fan;
    case STEP_STATE_KEPT:
        return given_up;
    case STEP_STATE_RESOLVED:
        return given_up || !step->refused;
    case STEP_STATE_SKIPPED:
        return true;
    case STEP_STATE_COMPENSATED:
        return !undo_due;
    case STEP_STATE_NONE:
    case STEP_STATE_WAITING:
    case STEP_STATE_RUNNING:
    case STEP_STATE_RETRYING:
    case STEP_STATE_IN_DOUBT:
    case STEP_STATE_COMPENSATING:
    case STEP_STATE_PARKED:
    case STEP_STATE_COUNT:
        break;
    }
    POST(step->state != STEP_STATE_COUNT);
    return false;
}

void step_rest(const struct step *step)
{
    PRE(step->index < step->saga->step_total);
    if (step_may_rest(step)) {
        let_rest(step);
        if (step->container && awake_waits_to_undo(step)) {
            awake_raise_end(step);
        }
    } else {
        step_wake(step);
    }
}

void saga_rest_all(struct saga *saga)
{
    PRE(saga->step_total >= saga->definition->step_count);
    PRE(saga->step_total <= saga->awake_room * WORD_BITS);
    for (uint32_t i = 0; i < saga->step_total; i++) {
        struct step *step = saga_step(saga, i);
        step_rest(step);
        if (step->fan) {
            step_wake(step);
        }
    }
}
