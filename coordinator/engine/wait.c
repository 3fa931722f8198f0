/* wait.c - steps that wait for a time, or for an event (inbox.c): nobody is asked for anything, and
 * what comes of the wait is a record.
 *
 *     pending -> waiting -> succeeded       its time has come, or its event
 *                        -> failed          called off: the saga turns back, or ends; or too late
 *
 * A wait has no effect, so there is nothing to undo and nothing to be in doubt about. */
#include "base/mp.h"
#include "base/times.h"
#include "engine/turn.h"
#include "calendar/time_value.h"

void wait_end(struct turn *turn, const struct step *step, const char *code, struct span message)
{
    struct record record = {.type = RECORD_STEP_WOKEN,
                            .fields = 1,
                            .step = step->index,
                            .code = code ? span_text(code) : (struct span){NULL, 0},
                            .message = message};
    turn_emit(turn, &record);
    if (!code) {
        deadline_set(turn, step);
    }
}

static int64_t close_ms(const struct step *step)
{
    return step->spec->action.timeouts.schedule_to_close_ms;
}

int64_t wait_limit_ms(const struct turn *turn, const struct step *step, int64_t own_ms)
{
    int64_t limit_ms = turn->now_ms + close_ms(step);
    bool is_limited = close_ms(step) > 0 && (own_ms == 0 || limit_ms < own_ms);
    return is_limited ? limit_ms : own_ms;
}

/* Is what it waits until the end of the time that the step has, and not what it is to wait for? */
static bool is_limited(const struct step *step)
{
    const struct step_spec *spec = step->spec;
    int64_t own_ms = spec->kind == STEP_KIND_SLEEP ? spec->sleep_ms : spec->wait_ms;
    own_ms = spec->kind == STEP_KIND_APPROVE ? spec->approval->timeout_ms : own_ms;
    return close_ms(step) > 0 && (own_ms == 0 || own_ms > close_ms(step)) &&
           step->wake_ms == step->started_ms + close_ms(step);
}

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

void wait_begin(struct turn *turn, const struct step *step)
{
    struct record record = {
        .type = RECORD_STEP_WAITING, .fields = 1, .step = step->index, .code = span_text("timer")};
    if (wake_time(turn, step, &record.due_ms)) {
        record.due_ms = wait_limit_ms(turn, step, record.due_ms);
        turn_emit(turn, &record);
    }
}

bool wait_is_over(struct turn *turn, const struct step *step)
{
    if (step->wake_ms > 0 && step->wake_ms <= turn->now_ms && is_limited(step)) {
        wait_end(turn, step, "schedule_to_close", span_text("it did not end in time"));
        return true;
    }
    if (step->spec->kind == STEP_KIND_APPROVE) {
        return approval_is_over(turn, step);
    }
    bool fails = step->spec->kind == STEP_KIND_WAIT_EVENT && !step->spec->wait_goes_on;
    bool over = step->wake_ms > 0 && step->wake_ms <= turn->now_ms;
    if (over && fails) {
        wait_end(turn, step, "timeout", span_text("the event did not come in time"));
    } else if (over) {
        wait_end(turn, step, NULL, (struct span){NULL, 0});
    }
    return over;
}

void wait_call_off(struct turn *turn, const struct step *step)
{
    wait_end(turn, step, "cancelled", span_text("the wait was called off"));
}
