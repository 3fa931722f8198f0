/* alerts.h - what of a saga needs a person, or soon will: the alerts that stand.
 *
 * An alert stands as long as the state is the one that it tells of. Which ones stand follows from
 * the saga's records alone, so that lists, which find a saga by its alerts, and a look at the saga
 * say the same. Of a final saga none stands: a person has accepted what is left.
 *
 *   step_parked         the step, or its undo, waits for a person
 *   undo_stuck          the undo has failed for long, and is tried on
 *   undo_deadline_near  the undo's deadline is near, or over, and the effect may stand */
#ifndef SAGA_ALERTS_H
#define SAGA_ALERTS_H

#include <stdint.h>

#include "journal/states.h"

struct step;

/* The alerts of the step that stand: bit 1 << alert for each. */
uint32_t step_alerts(const struct step *step);

/* Since when an alert that stands does. */
int64_t step_alert_since_ms(const struct step *step, enum alert alert);

#endif
