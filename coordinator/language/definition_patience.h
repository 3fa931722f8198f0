/* definition_patience.h - how long a call is tried, and after how long somebody should know. */
#ifndef LANGUAGE_DEFINITION_PATIENCE_H
#define LANGUAGE_DEFINITION_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct call_spec;
struct compile;

/* After what a call that still fails is stuck: somebody is alerted, and others wait no longer. */
struct patience {
    uint32_t attempts; /* 0 = by time alone */
    int64_t ms;        /* 0: a count is written, and time counts only while no attempt is made */
};

/* Puts together the policy of a call: the defaults, and over them what the call itself says
 * (`written`: its retry, its timeout). A patient call is one that must get through: it does not
 * inherit the limit of attempts. */
void definition_patience_call(struct compile *c, struct call_spec *call, bool is_patient,
                              const struct span written[2]);

/* Reads `stuck_after` of a call whose policy is known: a count of attempts, or a duration. */
void definition_patience_read(struct compile *c, struct span value, const struct call_spec *call,
                              struct patience *patience);

#endif
