/* quiet.c - until when an attempt may still act, so that no undo overtakes its do. */
#include "saga/quiet.h"

#include "base/check.h"
#include "language/definition.h"
#include "saga/attempt.h"
#include "saga/call.h"
#include "saga/calls.h"

/* How long a participant was given for an attempt of the call whose task was sent at_ms: in
 * milliseconds, below 1 if the call's own limit was over by then. */
static int64_t ttl_ms(const struct call *call, int64_t at_ms)
{
    const struct timeouts *timeouts = &call_spec(call)->timeouts;
    PRE(timeouts->start_to_close_ms > 0);
    int64_t close_ms = timeouts->schedule_to_close_ms;
    int64_t left_ms = close_ms > 0 ? call->first_ms + close_ms - at_ms : INT64_MAX;
    return left_ms < timeouts->start_to_close_ms ? left_ms : timeouts->start_to_close_ms;
}

/* A participant counts the time that it was given by its own clock. Where this process does not
 * remember the sending, its own clock cannot tell how much of that time is over: it may have
 * jumped since. */
int64_t attempt_over_ms(const struct attempt *attempt)
{
    PRE(attempt->run <= attempt->call->run);
    const struct attempt_live *live = &attempt->live;
    int64_t sent_ms = live->is_of_past ? attempt->intended_ms : live->left_ms;
    int64_t given_ms = ttl_ms(attempt->call, sent_ms);
    return live->left_ms + (given_ms > 0 ? given_ms : 0);
}

int64_t call_past_over_ms(const struct call *call, int64_t left_ms)
{
    PRE(left_ms >= 0);
    return left_ms + ttl_ms(call, call->first_ms);
}

/* When this attempt can no longer act; INT64_MAX = not foreseeable. An attempt that was not sent
 * may be sent at any moment: the caller cancels it first, and hears that it never left. */
static int64_t attempt_quiet_ms(const struct call *call, const struct attempt *attempt,
                                int64_t dead_ms)
{
    PRE(attempt->call == call);
    int64_t close_ms = call_spec(call)->timeouts.schedule_to_close_ms;
    if (attempt->answered) {
        return 0;
    }
    if (attempt->later) {
        return close_ms > 0 ? call->first_ms + close_ms + dead_ms : INT64_MAX;
    }
    return attempt->live.left ? attempt_over_ms(attempt) + dead_ms : INT64_MAX;
}

bool call_waits_for_finish(const struct call *call)
{
    PRE(call->kind == TASK_DO);
    if (call_spec(call)->timeouts.schedule_to_close_ms > 0) {
        return false;
    }
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        if (a->later && !a->answered && !a->live.barrier && a->run > call->old_run) {
            return true;
        }
    }
    return false;
}

static int64_t latest_ms(const struct call *call, int64_t dead_ms, bool has_barrier)
{
    PRE(dead_ms >= 0);
    int64_t quiet_ms = call->forgot_unanswered ? call->live.forgotten_over_ms + dead_ms : 0;
    for (const struct attempt *a = call->attempts; a; a = a->older) {
        bool clear = (has_barrier && a->live.barrier) || a->run <= call->old_run;
        int64_t at_ms = clear ? 0 : attempt_quiet_ms(call, a, dead_ms);
        quiet_ms = at_ms > quiet_ms ? at_ms : quiet_ms;
    }
    POST(quiet_ms >= 0);
    return quiet_ms;
}

int64_t call_quiet_ms(const struct call *call, int64_t dead_ms)
{
    PRE(call->kind != TASK_CHECK);
    return latest_ms(call, dead_ms, false);
}

int64_t call_clear_ms(const struct call *call, int64_t dead_ms)
{
    PRE(call->kind == TASK_DO);
    return latest_ms(call, dead_ms, true);
}
