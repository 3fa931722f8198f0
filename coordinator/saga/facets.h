/* facets.h - what lists find a saga by because of its steps, counted: states, alerts, codes of
 * errors.
 *
 * A facet stands for a saga as long as one of its steps has it, or more. So the saga knows for each
 * facet how many steps have it, and each step which ones it has: a step that was moved is looked at
 * alone, however many steps there are. The counts are of this process's life, in `live`, and follow
 * from the state: engine/facet_rows.c tells the store what has begun or ended. */
#ifndef SAGA_FACETS_H
#define SAGA_FACETS_H

#include <stdbool.h>

#include "base/check.h"
#include "journal/states.h"

struct saga;
struct step;

/* Facets of a fixed set: the states that stand, and the alerts from FACET_MARK_ALERTS on. */
enum facet_mark {
    FACET_MARK_PARKED,
    FACET_MARK_IN_DOUBT,
    FACET_MARK_WAITING,
    FACET_MARK_ALERTS,
    FACET_MARK_COUNT = FACET_MARK_ALERTS + ALERT_COUNT
};

/* Counts what the step has now instead of what it had. false: no memory. */
MUST_CHECK bool facets_look(struct step *step);

/* Counts all steps anew: the steps that the counts were made of may not be there any more. */
MUST_CHECK bool facets_look_all(struct saga *saga);

#endif
