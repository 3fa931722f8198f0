/* definition_patience.c - how long a call is tried, and after how long somebody should know. */
#include "language/definition_patience.h"

#include "base/mp.h"
#include "language/definition_draft.h"
#include "language/definition_retry.h"
#include "reading/reading_values.h"

enum {
    STUCK_ATTEMPTS = 10,
    STUCK_MS = 5 * 60 * 1000,
    QUIET_MS = 24 * 60 * 60 * 1000, /* an undo may fail this long before someone should know */
};

void definition_patience_call(struct compile *c, struct call_spec *call, bool is_patient,
                              const struct span written[2])
{
    call->retry = c->defaults.retry;
    call->timeouts = c->defaults.timeouts;
    if (is_patient) {
        call->retry.attempts_max = 0;
    }
    definition_retry_read(c, written[0], &call->retry);
    definition_retry_timeouts(c, written[1], &call->timeouts);
    POST(call->timeouts.start_to_close_ms > 0);
    IMPLIES(is_patient && written[0].size == 0, call->retry.attempts_max == 0);
}

/* c->reading.place is at the map that has the key stuck_after. */
void definition_patience_read(struct compile *c, struct span value, const struct call_spec *call,
                              struct patience *patience)
{
    *patience = (struct patience){.attempts = STUCK_ATTEMPTS, .ms = STUCK_MS};
    if (mp_type(value) == MP_INT) {
        /* Where a count of attempts is written, the time only counts while no attempt is made. */
        patience->ms = 0;
    }
    if (mp_type(value) == MP_STR) {
        patience->attempts = 0;
        (void)reading_duration_positive(&c->reading, "stuck_after", value, &patience->ms);
    } else if (reading_count(&c->reading, "stuck_after", value, &patience->attempts) &&
               patience->attempts == 0) {
        struct place place = reading_enter_key(&c->reading, "stuck_after");
        reading_error(&c->reading, "must be at least 1 attempt, or a duration");
        reading_leave(&c->reading, place);
    }
    IMPLIES(c->reading.error_count == 0, patience->attempts > 0 || patience->ms > 0);
    if (patience->attempts == 0 && call->retry.attempts_max == 0 && patience->ms > QUIET_MS) {
        struct place place = reading_enter_key(&c->reading, "stuck_after");
        reading_warning(&c->reading,
                        "an undo without a limit of attempts may fail for more than a day "
                        "before anyone is told");
        reading_leave(&c->reading, place);
    }
}
