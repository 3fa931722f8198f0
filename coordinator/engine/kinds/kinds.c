/* kinds.c - the table that has the functions of each kind of step. */
#include "engine/kinds/kinds.h"

#include "engine/kinds/action.h"
#include "engine/kinds/approval.h"
#include "engine/kinds/child.h"
#include "engine/kinds/emit.h"
#include "engine/kinds/fan_begin.h"
#include "engine/kinds/client_step.h"
#include "engine/kinds/sleep.h"
#include "engine/kinds/wait_event.h"
#include "language/definition.h"
#include "saga/awake.h"
#include "saga/step.h"

static const struct kind rows[STEP_KIND_COUNT] = {
    [STEP_KIND_ACTION] = {.begin = action_begin, .retry = action_retry},
    [STEP_KIND_SLEEP] = {.begin = sleep_begin, .time_over = sleep_over},
    [STEP_KIND_SAGA] = {.begin = child_begin, .retry = child_retry},
    [STEP_KIND_APPROVE] = {.begin = approval_begin,
                           .time_over = approval_over,
                           .may_pass = approval_may_pass},
    [STEP_KIND_WAIT_EVENT] = {.begin = wait_event_begin, .time_over = wait_event_over},
    [STEP_KIND_EMIT] = {.begin = emit_begin},
    [STEP_KIND_OPEN] = {.begin = client_step_begin},
};

/* The functions of a fan-out (a step with for_each) as a whole; each of its items has those of its
 * kind. */
static const struct kind fan_out = {.begin = fan_begin};

const struct kind *kind_of(const struct step *step)
{
    PRE(step->spec->kind < STEP_KIND_COUNT);
    const struct kind *kind = step_is_container(step) ? &fan_out : &rows[step->spec->kind];
    POST(kind->begin != NULL);
    return kind;
}

bool kind_may_pass(const struct step *step, const struct verb_request *verb)
{
    PRE(step->spec->kind < STEP_KIND_COUNT);
    const struct kind *kind = &rows[step->spec->kind];
    return !kind->may_pass || kind->may_pass(step, verb);
}
