/* facets.h - by which facets of its steps (states, alerts, codes of errors) lists find a saga,
 * counted over the steps.
 *
 * A facet stands for a saga as long as at least one of its steps has the facet. The saga keeps
 * for each facet how many steps have it, and each step which ones it has: after a step was moved
 * only that step is counted anew, however many steps there are. The counts are in `live` and not
 * in the journal, for they follow from the state: engine/facet_rows.c tells the store which
 * facets have begun or ended. */
#ifndef SAGA_FACETS_H
#define SAGA_FACETS_H

#include <stdbool.h>

#include "base/check.h"
#include "journal/states.h"

struct saga;
struct step;

/* The facets that are not codes: states of a step, and from FACET_MARK_ALERTS on one for each
 * alert. */
enum facet_mark {
    FACET_MARK_PARKED,
    FACET_MARK_IN_DOUBT,
    FACET_MARK_WAITING,
    FACET_MARK_ALERTS,
    FACET_MARK_COUNT = FACET_MARK_ALERTS + ALERT_COUNT
};

/* After the step has changed: takes the facets that it had out of the saga's counts, and adds those
 * that it has now. false: no memory. */
MUST_CHECK bool facets_look(struct step *step);

/* Counts the facets of all steps from zero, for when steps that were counted may have gone, as
 * after a migration. false: no memory. */
MUST_CHECK bool facets_look_all(struct saga *saga);

#endif
