/* sleep.c - a step that sleeps. */
#include "engine/kinds/sleep.h"

#include "calendar/time_value.h"
#include "engine/failure.h"
#include "engine/scope.h"
#include "engine/state.h"
#include "engine/turn.h"
#include "engine/wait.h"
#include "journal/record.h"
#include "language/template.h"

/* When the step shall wake; false: it has failed, for its `until` gives no time. */
static bool wake_time(struct turn *turn, const struct step *step, int64_t *due_ms)
{
    if (!step->spec->sleep_until) {
        *due_ms = turn->now_ms + step->spec->sleep_ms;
        return true;
    }
    struct scope scope;
    struct span missing = {NULL, 0};
    struct buf *out = &turn->engine->scratch;
    step_scope(step, false, &scope);
    buf_clear(out);
    enum saga_error rc = template_fill(step->spec->sleep_until, &scope, out, &missing);
    if (rc != SAGA_OK && step_code_of(rc)) {
        wait_end(turn, step, step_code_of(rc), missing);
    } else if (rc != SAGA_OK) {
        turn->failed = true;
    } else if (!time_value_read(buf_span(out), due_ms)) {
        wait_end(turn, step, "bad_time",
                 span_text("'until' gives neither an RFC 3339 time nor milliseconds since 1970"));
    } else {
        return true;
    }
    return false;
}

void sleep_begin(struct turn *turn, struct step *step)
{
    struct record record = {
        .type = RECORD_STEP_WAITING, .fields = 1, .step = step->index, .code = span_text("timer")};
    if (wake_time(turn, step, &record.due_ms)) {
        record.due_ms = wait_limit_ms(turn, step, record.due_ms);
        turn_emit(turn, &record);
    }
}

void sleep_over(struct turn *turn, const struct step *step)
{
    wait_end(turn, step, NULL, (struct span){NULL, 0});
}
