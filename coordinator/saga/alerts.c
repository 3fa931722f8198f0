/* alerts.c - the alerts of a saga: which of its steps need a person, or will soon. */
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
                    step->undo_state == UNDO_STATE_RETRYING;
    return step->stuck && (is_asked || step_late_undo_is_open(step));
}

static bool is_near(const struct step *step)
{
    PRE(step->undo_before_told_ms >= 0);
    IMPLIES(step->undo_before_told_ms > 0, step->spec->has_undo);
    return step->undo_before_told_ms > 0 && step_undo_may_be_late(step);
}

uint32_t step_alerts(const struct step *step)
{
    PRE(step->saga->magic == SAGA_MAGIC);
    if (saga_state_is_final(step->saga->state)) {
        return 0;
    }
    return (uint32_t)is_parked(step) << ALERT_STEP_PARKED |
           (uint32_t)is_stuck(step) << ALERT_UNDO_STUCK |
           (uint32_t)is_near(step) << ALERT_UNDO_DEADLINE_NEAR;
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
