/* wait.c - steps that wait for a time, a person or an event: no participant is asked, and a record
 * says how the wait ended.
 *
 *     pending -> waiting -> succeeded       its time has come, or its event
 *                        -> failed          called off: the saga goes back, or ends; or too late
 *
 * A wait has no effect on anything outside, so it is never undone and never in doubt. */
#include "engine/wait.h"

#include "engine/deadline.h"
#include "engine/turn.h"
#include "journal/record.h"
#include "language/definition.h"
#include "saga/step.h"

void wait_end(struct turn *turn, const struct step *step, const char *code, struct span message)
{
    PRE(step->saga == turn->saga);
    struct record record = {.type = RECORD_STEP_WOKEN,
                            .fields = 1,
                            .step = step->index,
                            .code = code ? span_text(code) : (struct span){NULL, 0},
                            .message = message};
    turn_emit(turn, &record);
    if (!code) {
        deadline_set(turn, step);
    }
}

static int64_t close_ms(const struct step *step)
{
    PRE(step->spec->action.timeouts.schedule_to_close_ms >= 0);
    return step->spec->action.timeouts.schedule_to_close_ms;
}

int64_t wait_limit_ms(const struct turn *turn, const struct step *step, int64_t own_ms)
{
    PRE(own_ms >= 0);
    int64_t limit_ms = turn->now_ms + close_ms(step);
    bool is_limited = close_ms(step) > 0 && (own_ms == 0 || limit_ms < own_ms);
    return is_limited ? limit_ms : own_ms;
}

/* Does the wait end by the step's schedule_to_close, rather than by a duration that its kind of
 * step has of its own? */
static bool is_limited(const struct step *step)
{
    PRE(step->state == STEP_STATE_WAITING);
    const struct step_kind_facts *facts = step_kind_facts(step->spec->kind);
    int64_t own_ms = facts->own_wait_ms ? facts->own_wait_ms(step->spec) : 0;
    return close_ms(step) > 0 && (own_ms == 0 || own_ms > close_ms(step)) &&
           step->wake_ms == step->wait_from_ms + close_ms(step);
}

/* For how many ms the time due_ms has been over; negative: it is not over, or due_ms is 0, for
 * none. */
static int64_t over_ms(int64_t due_ms, int64_t now_ms)
{
    PRE(due_ms >= 0);
    return due_ms > 0 ? now_ms - due_ms : -1;
}

enum wait_end wait_end_of(const struct turn *turn, const struct step *step)
{
    PRE(step->state == STEP_STATE_WAITING);
    int64_t until_ms = over_ms(step->until_ms, turn->moment.host_ms);
    int64_t wake_ms = over_ms(step->wake_ms, turn->now_ms);
    if (until_ms < 0 && wake_ms < 0) {
        return WAIT_GOES_ON;
    }
    /* After an outage of the coordinator both times may be over: the one that was over first ended
     * the wait. */
    return wake_ms > until_ms && is_limited(step) ? WAIT_LIMIT : WAIT_OVER;
}

void wait_call_off(struct turn *turn, const struct step *step)
{
    PRE(step->state == STEP_STATE_WAITING);
    wait_end(turn, step, "cancelled", span_text("the wait was called off"));
}
