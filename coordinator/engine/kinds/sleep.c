/* sleep.c - the kind of step that waits for a time of day or for a duration. */
#include "engine/kinds/sleep.h"

#include "calendar/time_value.h"
#include "engine/fail.h"
#include "engine/fill.h"
#include "engine/turn.h"
#include "engine/wait.h"
#include "journal/record.h"
#include "language/definition.h"
#include "saga/step.h"

/* Puts the time at which the step wakes into the record. Returns false when the step has failed,
 * because its `until` gives no time, or memory ran out. */
static bool wake_time(struct turn *turn, struct step *step, struct record *record)
{
    PRE(step->state == STEP_STATE_PENDING);
    if (!step->spec->sleep_until) {
        record->due_ms = wait_limit_ms(turn, step, turn->now_ms + step->spec->sleep_ms);
        return true;
    }
    record->due_ms = wait_limit_ms(turn, step, 0);
    struct span until;
    if (!fill_or_fail(turn, step, step->spec->sleep_until, &until)) {
        return false;
    }
    if (!time_value_read(until, &record->until_ms)) {
        step_fail(turn, step, "bad_time",
                  span_text("'until' gives neither an RFC 3339 time nor milliseconds since 1970"));
        return false;
    }
    return true;
}

void sleep_begin(struct turn *turn, struct step *step)
{
    PRE(step->state == STEP_STATE_PENDING);
    struct record record = {
        .type = RECORD_STEP_WAITING, .fields = 1, .step = step->index, .code = span_text("timer")};
    if (wake_time(turn, step, &record)) {
        turn_emit(turn, &record);
    }
}

void sleep_over(struct turn *turn, const struct step *step)
{
    PRE(step->state == STEP_STATE_WAITING);
    wait_end(turn, step, NULL, (struct span){NULL, 0});
}
