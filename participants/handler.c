/* handler.c - what a handler may ask of its task while it works, from its own thread. */
#include <stddef.h>

#include "participants/results.h"
#include "participants/session.h"

enum { BEAT_DEPTH = 3 /* maps and arrays around the details of a heartbeat */ };

static struct attempt *attempt_of(const struct saga_task *task)
{
    /* Every task that a handler sees is the first member of an attempt. */
    _Static_assert(offsetof(struct attempt, task) == 0, "the task comes first");
    return (struct attempt *)(uintptr_t)task;
}

bool saga_task_cancelled(const struct saga_task *task)
{
    return atomic_load_explicit(&attempt_of(task)->run->is_cancelled, memory_order_relaxed);
}

int64_t saga_task_ttl_ms(const struct saga_task *task)
{
    int64_t left_ms = attempt_of(task)->deadline_ms - link_now_ms();
    return left_ms > 0 ? left_ms : 0;
}

enum saga_error saga_participant_heartbeat(const struct saga_task *task, struct saga_value details)
{
    struct run *run = attempt_of(task)->run;
    enum saga_error rc = value_check_inside(details, BEAT_DEPTH);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (details.size > results_room(run->participant)) {
        return SAGA_TOO_LARGE;
    }
    rc = crew_beat(&run->participant->crew, run, value_span(details));
    /* An inline handler holds the thread of the socket, which would send this only afterwards. */
    if (rc == SAGA_OK && run->participant->workers == SAGA_WORKERS_INLINE) {
        struct run *beats = NULL;
        struct run *finished = NULL;
        crew_collect(&run->participant->crew, &beats, &finished);
        if (beats) {
            session_beat(run->participant, beats);
        }
    }
    return rc;
}
