/* drill.h - a definition tried out against trouble, offline, before it ever runs.
 *
 * The engine that sagad runs, in virtual time, and participants who answer at once: one of them is
 * in trouble, once for each step and each kind of trouble. What is told of a run is what could be
 * seen from outside: which effects stand, what was undone and when, and who was alerted. */
#ifndef CTL_DRILL_H
#define CTL_DRILL_H

#include "base/arena.h"
#include "ctl/drill/drill_outcome.h"
#include "ctl/drill/drill_values.h"

struct drill {
    const struct definition *definition;
    struct drill_values values;
    struct arena arena;
    struct drill_outcome *outcomes; /* TROUBLE_COUNT of each step, step by step */
    uint32_t run_count;
    uint32_t unsettled_count; /* runs that leave something unsettled */
};

/* Runs every step in every trouble. The values are given and checked as drill_values_open() says,
 * which complains on stderr; keeps the definition. To be closed in any case. */
MUST_CHECK bool drill_open(struct drill *drill, const struct definition *definition,
                           const struct drill_given *given);
void drill_close(struct drill *drill);

#endif
