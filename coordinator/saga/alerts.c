/* alerts.c - what of a saga needs a person, or will soon: the alerts that stand. */
#include "saga/alerts.h"

#include "base/check.h"
#include "saga/saga.h"
#include "saga/steps.h"

static bool is_parked(const struct step *step)
{
    PRE(step->undo_state < UNDO_STATE_COUNT);
    return step->state == STEP_STATE_PARKED || step->undo_state == UNDO_STATE_PARKED ||
           step->late_undo_state == UNDO_STATE_PARKED;
}

static bool is_stuck(const struct step *step)
{
    PRE(step->late_undo_state < UNDO_STATE_COUNT);
    bool is_asked = step->undo_state == UNDO_STATE_PENDING ||
                    step->undo_state == UNDO_STATE_RUNNING ||
                    step->undo_state == UNDO_STATE_RETRYING || step_late_undo_is_open(step);
    return step->stuck && is_asked;
}

static bool is_near(const struct step *step)
{
    PRE(step->undo_before_told_ms >= 0);
    return step->undo_before_told_ms > 0 && step_undo_may_be_late(step);
}

/* Does the alert stand, if the saga is not final? */
static bool (*const stands[ALERT_COUNT])(const struct step *step) = {
    [ALERT_STEP_PARKED] = is_parked,
    [ALERT_UNDO_STUCK] = is_stuck,
    [ALERT_UNDO_DEADLINE_NEAR] = is_near,
};

uint32_t step_alerts(const struct step *step)
{
    uint32_t found = 0;
    PRE(step->saga->magic == SAGA_MAGIC);
    if (saga_state_is_final(step->saga->state)) {
        return 0;
    }
    for (uint32_t at = 0; at < ALERT_COUNT; at++) {
        found |= stands[at](step) ? UINT32_C(1) << at : 0;
    }
    POST(found < UINT32_C(1) << ALERT_COUNT);
    return found;
}

int64_t step_alert_since_ms(const struct step *step, enum alert alert)
{
    PRE(alert < ALERT_COUNT);
    const int64_t since_ms[ALERT_COUNT] = {
        [ALERT_STEP_PARKED] = step->parked_ms,
        [ALERT_UNDO_STUCK] = step->stuck_ms,
        [ALERT_UNDO_DEADLINE_NEAR] = step->undo_before_told_ms,
    };
    return since_ms[alert];
}
