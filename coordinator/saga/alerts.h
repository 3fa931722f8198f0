/* alerts.h - the alerts of a saga: which of its steps need a person, or will soon.
 *
 * An alert stands as long as the step is in the state that the alert tells of. Which alerts
 * stand follows from the saga's records alone, so that lists, which find a saga by its alerts,
 * and a look at the saga say the same. In a final saga no alert stands: a person has accepted
 * what is left.
 *
 *   step_parked         the step, or its undo, waits for a person
 *   undo_stuck          the undo has failed for long, and is tried on
 *   undo_deadline_near  the undo's deadline is near, or over, and the effect may stand */
#ifndef SAGA_ALERTS_H
#define SAGA_ALERTS_H

#include <stdint.h>

#include "journal/states.h"

struct step;

/* The alerts that stand for the step, as a set of bits: 1 << enum alert for each. */
uint32_t step_alerts(const struct step *step);

/* The time at which the condition of this alert began for the step (milliseconds, as its record's
 * `at`); means something only while the alert stands. */
int64_t step_alert_since_ms(const struct step *step, enum alert alert);

#endif
