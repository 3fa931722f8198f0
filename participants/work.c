/* work.c - one handler at a time for a key, and one outcome for the attempts that wait for it.
 *
 * An attempt that comes while an older one of its key is worked on waits for that work and shares
 * its outcome, unless that outcome was that nothing was done ("cancelled", "expired"): then the
 * work begins for the newer one. */
#include "participants/work.h"

#include "participants/results.h"

/* When the attempt came: ttl_ms before its deadline. */
static int64_t taken_ms(const struct attempt *attempt)
{
    return attempt->deadline_ms - (attempt->task.ttl_ms > 0 ? attempt->task.ttl_ms : 0);
}

/* Why the work must not begin, or NULL. Tasks that came before a silence may have been given to
 * another participant meanwhile. This thread may have slept, so it looks at the clock itself. */
static const char *why_not(struct saga_participant *participant, const struct attempt *attempt)
{
    int64_t now_ms = link_now_ms();
    int64_t heard_ms = atomic_load_explicit(&participant->heard_ms, memory_order_relaxed);
    int64_t dead_ms = atomic_load_explicit(&participant->dead_ms, memory_order_relaxed);
    int64_t silent_ms = atomic_load_explicit(&participant->silent_ms, memory_order_relaxed);
    bool is_silent = now_ms - heard_ms > dead_ms || taken_ms(attempt) <= silent_ms;
    if (atomic_load_explicit(&attempt->run->is_cancelled, memory_order_relaxed)) {
        return "cancelled";
    }
    return now_ms >= attempt->deadline_ms || is_silent ? "expired" : NULL;
}

void work_execute(struct run *run)
{
    struct saga_participant *participant = run->participant;
    const struct saga_task *task = &run->current->task;
    struct saga_answer *answer = &run->answer;
    const struct action *action = map_get(&participant->actions, span_text(task->action));
    const char *reason = why_not(participant, run->current);
    answer_clear(answer);
    if (reason) {
        answer_void(answer, reason);
    } else if (!action) {
        saga_answer_failed(answer, &(struct saga_failure){.code = "not_served"});
    } else {
        action->handler(task, answer, action->arg);
    }
    answer_seal(answer, results_room(participant));
}

void work_begin(struct saga_participant *participant, struct run *run, struct attempt *attempt)
{
    PRE(attempt->run == run);
    PRE(!attempt->is_answered);
    run->current = attempt;
    atomic_store_explicit(&run->is_cancelled, attempt->is_cancelled, memory_order_relaxed);
    if (participant->workers != SAGA_WORKERS_INLINE) {
        crew_queue(&participant->crew, run);
        return;
    }
    run->state = RUN_RUNNING;
    work_execute(run);
    work_finish(participant, run);
}

void work_finish(struct saga_participant *participant, struct run *run)
{
    PRE(run->state == RUN_RUNNING);
    uint32_t number = run->current->number;
    struct attempt *newest = NULL;
    run->state = RUN_IDLE;
    run->answered_number = number;
    for (struct attempt *attempt = run->attempts; attempt != NULL; attempt = attempt->next) {
        if (attempt->is_answered) {
            continue;
        }
        if (attempt->number <= number || !run->answer.is_void) {
            results_answer(participant, attempt, &run->answer);
        } else if (!newest) {
            newest = attempt;
        }
    }
    /* An inline handler leaves no newer attempt behind, so work_begin() does not come back here. */
    if (newest) {
        work_begin(participant, run, newest);
    }
}

void work_finish_void(struct saga_participant *participant, struct run *run, const char *code)
{
    answer_clear(&run->answer);
    answer_void(&run->answer, code);
    answer_seal(&run->answer, results_room(participant));
    work_finish(participant, run);
}

void work_expire_all(struct saga_participant *participant)
{
    for (struct run *run = crew_recall(&participant->crew), *after; run != NULL; run = after) {
        after = run->after;
        work_finish_void(participant, run, "expired");
    }
}
