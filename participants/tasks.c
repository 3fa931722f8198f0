/* tasks.c - each task is taken once, and ends in work, in an answer from memory, or in a refusal.
 *
 * A key that was answered ok is answered from memory, but for checks, whose answer may change. */
#include "participants/tasks.h"

#include "participants/results.h"
#include "participants/window.h"
#include "participants/work.h"

enum { OVERLOADED_MS = 1000 /* when to try again where there was no room for a task */ };

/* What a task must have to be answered, and what to be worked on. */
#define ANSWER_FIELDS (FIELD_BIT(FIELD_KEY) | FIELD_BIT(FIELD_ATTEMPT) | FIELD_BIT(FIELD_TOKEN))
#define WORK_FIELDS                                                                                \
    (FIELD_BIT(FIELD_SAGA) | FIELD_BIT(FIELD_STEP) | FIELD_BIT(FIELD_KIND) |                       \
     FIELD_BIT(FIELD_ACTION) | FIELD_BIT(FIELD_TTL_MS))

static const char *const kind_names[] = {
    [SAGA_KIND_DO] = "do",
    [SAGA_KIND_UNDO] = "undo",
    [SAGA_KIND_CONFIRM] = "confirm",
    [SAGA_KIND_CHECK] = "check",
};

/* 0 when it is none. */
static enum saga_kind kind_of(struct span name)
{
    for (unsigned kind = SAGA_KIND_DO; kind < ARRAY_COUNT(kind_names); kind++) {
        if (span_is(name, kind_names[kind])) {
            return (enum saga_kind)kind;
        }
    }
    return (enum saga_kind)0;
}

static bool is_key(struct span key)
{
    return key.size > 0 && key.size <= RUN_KEY_MAX && !memchr(key.data, 0, key.size);
}

static bool can_answer(const struct message *message)
{
    return message_has(message, ANSWER_FIELDS) && message->key.size > 0 &&
           message->token.size <= RESULTS_TOKEN_MAX && message->attempt >= 1 &&
           message->attempt <= UINT32_MAX;
}

static bool can_work(const struct message *message)
{
    return message_has(message, WORK_FIELDS) && is_key(message->key) && kind_of(message->kind) != 0;
}

/* Ends a text of the message with a NUL in place: the text moves one byte to the front, over its
 * msgpack head, which is not needed any more. An absent text is "". */
static const char *terminate(struct span text)
{
    if (!text.data) {
        return "";
    }
    /* The bytes are those of the attempt's own message; the span is const because readers are. */
    char *target = (char *)(uintptr_t)(text.data - 1);
    memmove(target, text.data, text.size);
    target[text.size] = '\0';
    return target;
}

static void fill(struct attempt *attempt, const struct message *message, int64_t now_ms)
{
    attempt->deadline_ms = now_ms + (message->ttl_ms > 0 ? message->ttl_ms : 0);
    attempt->task = (struct saga_task){
        .kind = kind_of(message->kind),
        .attempt = attempt->number,
        .key = attempt->run->key,
        .do_key = attempt->run->key,
        .action = terminate(message->action),
        .saga = terminate(message->saga),
        .step = terminate(message->step),
        .definition = terminate(message->definition),
        .version = message->version,
        .token = terminate(message->token),
        .input = value_of(message->input),
        .output = value_of(message->output),
        .in_doubt = message->in_doubt,
        .ttl_ms = message->ttl_ms,
        .heartbeat_ms = message->heartbeat_ms,
        .details = value_of(message->details),
        .traceparent = terminate(message->traceparent),
        .tracestate = terminate(message->tracestate),
    };
    if (attempt->task.kind != SAGA_KIND_DO) {
        attempt->task.do_key = terminate(message->do_key);
    }
}

/* May this attempt be answered by what is remembered of its key? */
static bool is_remembered(const struct run *run, uint32_t number)
{
    if (run->state != RUN_IDLE || run->answered_number == 0 || run->kind == SAGA_KIND_CHECK) {
        return false;
    }
    return run->answer.status == ANSWER_OK || number <= run->answered_number;
}

/* A run with one attempt that is not answered yet is new to the crew: no worker reads it, and its
 * state needs no look under the lock. */
static bool is_alone(const struct attempt *attempt)
{
    return attempt->run->attempts == attempt && !attempt->next;
}

static void take_new(struct saga_participant *participant, struct run *run, struct attempt *attempt)
{
    if (is_remembered(run, attempt->number)) {
        count_one(&participant->counts.remembered);
        results_answer(participant, attempt, &run->answer);
    } else if (is_alone(attempt)) {
        work_begin(participant, run, attempt);
    } else if (crew_retarget(&participant->crew, run, attempt)) {
        MAYBE(run->current == attempt);
    } else if (run->state == RUN_IDLE) {
        work_begin(participant, run, attempt);
    } else if (attempt->number > run->current->number) {
        /* A cancel of the older attempt does not concern the newer one. */
        atomic_store_explicit(&run->is_cancelled, false, memory_order_relaxed);
    }
}

void tasks_take(struct saga_participant *participant, struct inbound *inbound)
{
    static const struct saga_failure unknown = {
        .code = "not_served", .message = "a task of a form that this participant does not know"};
    static const struct saga_failure full = {
        .code = "overloaded", .message = "no room for the task", .retry_after_ms = OVERLOADED_MS};
    const struct message *message = &inbound->message;
    PRE(inbound->is_good);
    bool is_new = false;
    if (!can_answer(message)) {
        count_one(&participant->counts.garbage);
        return;
    }
    if (!can_work(message)) {
        results_refuse(participant, message, &unknown);
        return;
    }
    struct attempt *attempt =
        ledger_take(&participant->ledger, inbound->key, (uint32_t)message->attempt, &is_new);
    if (!attempt) {
        results_refuse(participant, message, &full);
        return;
    }
    if (!is_new) {
        count_one(&participant->counts.duplicates);
        if (attempt->is_answered) {
            results_resend(participant, attempt);
        }
        return;
    }
    int rc = zmq_msg_move(&attempt->message, &inbound->frame);
    CHECK(rc == 0);
    fill(attempt, message, participant->now_ms);
    if (is_alone(attempt)) {
        attempt->run->participant = participant;
        attempt->run->kind = attempt->task.kind;
    }
    count_one(&participant->counts.tasks);
    window_look(participant);
    take_new(participant, attempt->run, attempt);
}

void tasks_cancel(struct saga_participant *participant, struct inbound *inbound)
{
    const struct message *message = &inbound->message;
    PRE(inbound->is_good);
    struct run *run = NULL;
    if (message_has(message, FIELD_BIT(FIELD_KEY) | FIELD_BIT(FIELD_ATTEMPT)) &&
        is_key(message->key)) {
        run = ledger_find(&participant->ledger, inbound->key);
    }
    struct attempt *attempt = run != NULL ? ledger_attempt(run, message->attempt) : NULL;
    if (!attempt || attempt->is_answered) {
        return;
    }
    attempt->is_cancelled = true;
    /* Of several attempts the newest decides whether the work goes on. */
    if (attempt == run->attempts) {
        atomic_store_explicit(&run->is_cancelled, true, memory_order_relaxed);
        if (crew_withdraw(&participant->crew, run)) {
            work_finish_void(participant, run, "cancelled");
            return;
        }
    }
    /* Nothing was done for an attempt that waits for the work of an older one, so it is answered
     * now. If it waited on, a handler that hangs would gather one attempt with each time-out. */
    if (attempt != run->current) {
        results_answer_void(participant, attempt, "cancelled");
    }
}
