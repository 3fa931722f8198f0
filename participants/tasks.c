/* tasks.c - what a task comes to: taken once, worked on once, answered for every attempt.
 *
 * Of one key, one handler runs at a time. An attempt that comes while an older one of its key is
 * worked on waits for that work and shares its outcome, unless the outcome was that there was none
 * ("cancelled", "expired"): then the work begins for the newer one. A key that was answered ok is
 * answered from memory, but for checks, whose answer may change. */
#include <stddef.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/mp.h"
#include "participants/participant.h"
#include "base/plain.h"

enum {
    RESULT_HEAD = 1024,   /* bytes of a result before its pairs, at most: key, token, names */
    TOKEN_TEXT_MAX = 256, /* bytes; the coordinator's have 32 */
    DONE_AHEAD = 16,      /* rows of a `done` read before the first is acted on */
    OVERLOADED_MS = 1000, /* when to try again where there was no room for a task */
};

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
    return key.size > 0 && key.size <= LEDGER_KEY_MAX && !memchr(key.data, 0, key.size);
}

static bool can_answer(const struct message *message)
{
    return message_has(message, ANSWER_FIELDS) && message->key.size > 0 &&
           message->token.size <= TOKEN_TEXT_MAX && message->attempt >= 1 &&
           message->attempt <= UINT32_MAX;
}

static bool can_work(const struct message *message)
{
    return message_has(message, WORK_FIELDS) && is_key(message->key) && kind_of(message->kind) != 0;
}

/* Ends a text of the message with a NUL, where it lies: it moves one byte over its own head, which
 * is not needed any more. One that is absent is "". */
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

/* ---- Results ---- */

static void send_result(struct saga_participant *participant, struct attempt *attempt)
{
    /* When the queue is full the result stays among the kept, and leaves with the next round. */
    MAYBE(window_tell(participant) && session_send(participant, buf_span(&attempt->result)));
    ledger_sent(&participant->ledger, attempt, participant->now_ms);
}

void task_resend(struct saga_participant *participant, struct attempt *attempt)
{
    count_one(&participant->counts.resent);
    send_result(participant, attempt);
}

/* What a result names. */
struct named {
    struct span key;
    struct span token;
    uint32_t number; /* of the attempt */
};

/* Bytes of the texts in a result that stand before its pairs. */
static const char result_head[] = "\xa1v\x01\xa4type\xa6result\xa3key";
static const char result_number[] =
    "\xa7"
    "attempt\xce"; /* an uint32 follows */
static const char result_token[] = "\xa5token";

enum {
    RESULT_TEXTS = sizeof(result_head) + sizeof(result_number) + sizeof(result_token),
    RESULT_HEAD_MAX =
        RESULT_TEXTS + sizeof(uint32_t) + 2 * PLAIN_HEAD_MAX + LEDGER_KEY_MAX + TOKEN_TEXT_MAX,
};

_Static_assert((int)RESULT_HEAD_MAX <= (int)RESULT_HEAD, "the pairs have the room that is left");
_Static_assert((int)RESULT_HEAD_MAX + ANSWER_NO_MEMORY_MAX <= (int)LEDGER_RESULT_MIN,
               "that there is no memory can always be said");

/* Done for every task: room for all is asked for at once, and what is left over given back. */
static bool put_result(struct buf *result, const struct named *named, struct answer_pairs pairs)
{
    PRE(5 + pairs.count < 16); /* the head of the map is one byte */
    buf_clear(result);
    uint8_t *at = buf_reserve(result, RESULT_TEXTS + sizeof(uint32_t) + 2 * PLAIN_HEAD_MAX +
                                          named->key.size + named->token.size + pairs.bytes.size);
    if (!at) {
        return false;
    }
    *at++ = (uint8_t)(0x80 + 5 + pairs.count);
    memcpy(at, result_head, sizeof(result_head) - 1);
    at = plain_put(at + sizeof(result_head) - 1, named->key);
    memcpy(at, result_number, sizeof(result_number) - 1);
    at += sizeof(result_number) - 1;
    for (int shift = 24; shift >= 0; shift -= 8) {
        *at++ = (uint8_t)(named->number >> shift);
    }
    memcpy(at, result_token, sizeof(result_token) - 1);
    at = plain_put(at + sizeof(result_token) - 1, named->token);
    memcpy(at, pairs.bytes.data, pairs.bytes.size);
    buf_truncate(result, (size_t)(at - result->data) + pairs.bytes.size);
    return true;
}

static void pack_result(struct buf *result, const struct named *named,
                        const struct saga_answer *answer)
{
    if (!put_result(result, named, answer_pairs(answer))) {
        /* The little that this takes was set aside when the attempt was taken. */
        MAYBE(put_result(result, named, answer_no_memory));
    }
}

static void count_answer(struct saga_participant *participant, enum answer_status status)
{
    struct counts *counts = &participant->counts;
    if (status == ANSWER_OK) {
        count_one(&counts->ok);
    } else if (status == ANSWER_LATER) {
        count_one(&counts->later);
    } else {
        count_one(&counts->failed);
    }
}

static void answer_attempt(struct saga_participant *participant, struct attempt *attempt,
                           const struct saga_answer *answer)
{
    const struct named named = {.key = span_of(attempt->run->key, attempt->run->key_size),
                                .token = span_text(attempt->task.token),
                                .number = attempt->number};
    pack_result(&attempt->result, &named, answer);
    zmq_msg_close(&attempt->message);
    zmq_msg_init(&attempt->message);
    attempt->task = (struct saga_task){0};
    ledger_keep(&participant->ledger, attempt);
    count_answer(participant, answer->status);
    send_result(participant, attempt);
}

/* ---- Work ---- */

/* Bytes that the pairs of a result may have. */
static size_t pairs_room(struct saga_participant *participant)
{
    int64_t max = atomic_load_explicit(&participant->max_message, memory_order_relaxed);
    return max > RESULT_HEAD ? (size_t)(max - RESULT_HEAD) : 0;
}

/* When the attempt came: fill(). */
static int64_t taken_ms(const struct attempt *attempt)
{
    return attempt->deadline_ms - (attempt->task.ttl_ms > 0 ? attempt->task.ttl_ms : 0);
}

/* Why the work must not begin, or NULL. What came before a silence may have been given to another
 * participant meanwhile, and this thread may have slept since it was queued. */
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

void task_execute(struct run *run)
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
    answer_seal(answer, pairs_room(participant));
}

static void begin(struct saga_participant *participant, struct run *run, struct attempt *attempt)
{
    run->current = attempt;
    atomic_store_explicit(&run->is_cancelled, attempt->is_cancelled, memory_order_relaxed);
    if (participant->workers != SAGA_WORKERS_INLINE) {
        crew_queue(&participant->crew, run);
        return;
    }
    run->state = RUN_RUNNING;
    task_execute(run);
    task_finish(participant, run);
}

void task_finish(struct saga_participant *participant, struct run *run)
{
    uint32_t number = run->current->number;
    struct attempt *newest = NULL;
    run->state = RUN_IDLE;
    run->answered_number = number;
    for (struct attempt *attempt = run->attempts; attempt != NULL; attempt = attempt->next) {
        if (attempt->is_answered) {
            continue;
        }
        if (attempt->number <= number || !run->answer.is_void) {
            answer_attempt(participant, attempt, &run->answer);
        } else if (!newest) {
            newest = attempt;
        }
    }
    /* Inline, no attempt can have come while the handler ran: begin() does not come back here. */
    if (newest) {
        begin(participant, run, newest);
    }
}

/* A run that has been taken out of the queue gets this outcome. */
static void finish_void(struct saga_participant *participant, struct run *run, const char *code)
{
    answer_clear(&run->answer);
    answer_void(&run->answer, code);
    answer_seal(&run->answer, pairs_room(participant));
    task_finish(participant, run);
}

/* One attempt alone gets this outcome, whatever becomes of its run. */
static void answer_void_one(struct saga_participant *participant, struct attempt *attempt,
                            const char *code)
{
    struct saga_answer answer;
    answer_open(&answer);
    answer_void(&answer, code);
    answer_seal(&answer, pairs_room(participant));
    answer_attempt(participant, attempt, &answer);
    answer_close(&answer);
}

void task_expire_all(struct saga_participant *participant)
{
    for (struct run *run = crew_recall(&participant->crew), *after; run != NULL; run = after) {
        after = run->after;
        finish_void(participant, run, "expired");
    }
}

/* ---- Tasks in ---- */

/* May this attempt be answered by what is remembered of its key? */
static bool is_remembered(const struct run *run, uint32_t number)
{
    if (run->state != RUN_IDLE || run->answered_number == 0 || run->kind == SAGA_KIND_CHECK) {
        return false;
    }
    return run->answer.status == ANSWER_OK || number <= run->answered_number;
}

static void take_new(struct saga_participant *participant, struct run *run, struct attempt *attempt)
{
    /* Of its only attempt no worker knows yet: there is nothing to ask the crew. */
    bool is_alone = run->attempts == attempt && !attempt->next;
    if (is_remembered(run, attempt->number)) {
        count_one(&participant->counts.remembered);
        answer_attempt(participant, attempt, &run->answer);
    } else if (is_alone) {
        begin(participant, run, attempt);
    } else if (crew_retarget(&participant->crew, run, attempt)) {
        MAYBE(run->current == attempt);
    } else if (run->state == RUN_IDLE) {
        begin(participant, run, attempt);
    } else if (attempt->number > run->current->number) {
        /* A cancel of the older attempt does not concern the newer one. */
        atomic_store_explicit(&run->is_cancelled, false, memory_order_relaxed);
    }
}

/* Answers a task that the ledger does not hold. The result is sent once: if it is lost, no `ready`
 * names the attempt either, which says that it was never taken. */
static void refuse(struct saga_participant *participant, const struct message *message,
                   const struct saga_failure *failure)
{
    const struct named named = {
        .key = message->key, .token = message->token, .number = (uint32_t)message->attempt};
    struct saga_answer answer;
    answer_open(&answer);
    saga_answer_failed(&answer, failure);
    answer_seal(&answer, pairs_room(participant));
    pack_result(&participant->out, &named, &answer);
    answer_close(&answer);
    count_one(&participant->counts.tasks);
    count_one(&participant->counts.failed);
    MAYBE(session_send_out(participant));
}

void task_take(struct saga_participant *participant, struct inbound *inbound)
{
    static const struct saga_failure unknown = {
        .code = "not_served", .message = "a task of a form that this participant does not know"};
    static const struct saga_failure full = {
        .code = "overloaded", .message = "no room for the task", .retry_after_ms = OVERLOADED_MS};
    const struct message *message = &inbound->message;
    bool is_new = false;
    if (!can_answer(message)) {
        count_one(&participant->counts.garbage);
        return;
    }
    if (!can_work(message)) {
        refuse(participant, message, &unknown);
        return;
    }
    struct attempt *attempt =
        ledger_take(&participant->ledger, inbound->key, (uint32_t)message->attempt, &is_new);
    if (!attempt) {
        refuse(participant, message, &full);
        return;
    }
    if (!is_new) {
        count_one(&participant->counts.duplicates);
        if (attempt->is_answered) {
            task_resend(participant, attempt);
        }
        return;
    }
    int rc = zmq_msg_move(&attempt->message, &inbound->frame);
    CHECK(rc == 0);
    fill(attempt, message, participant->now_ms);
    attempt->run->participant = participant;
    attempt->run->kind = attempt->task.kind;
    count_one(&participant->counts.tasks);
    window_look(participant);
    take_new(participant, attempt->run, attempt);
}

void task_cancel(struct saga_participant *participant, const struct inbound *inbound)
{
    const struct message *message = &inbound->message;
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
            finish_void(participant, run, "cancelled");
            return;
        }
    }
    /* Nothing was done for an attempt that waits for the work of an older one. Were it not answered
     * now, each time-out of a handler that hangs would leave one attempt more. */
    if (attempt != run->current) {
        answer_void_one(participant, attempt, "cancelled");
    }
}

/* The handler said `later`: now it is known whether that holds. */
static void tell_later(const struct saga_participant *participant, const struct attempt *attempt,
                       struct span verdict)
{
    static const char *const names[] = {[SAGA_LATER_TAKEN] = "ok",
                                        [SAGA_LATER_LATE] = "late",
                                        [SAGA_LATER_STALE] = "stale",
                                        [SAGA_LATER_UNKNOWN] = "unknown"};
    char token[TOKEN_TEXT_MAX];
    struct saga_value result = value_of(buf_span(&attempt->result));
    struct saga_later later = {.key = attempt->run->key,
                               .attempt = attempt->number,
                               .token = token,
                               .verdict = SAGA_LATER_UNKNOWN};
    if (!saga_value_copy(result, "token", token, sizeof(token))) {
        return;
    }
    for (unsigned i = SAGA_LATER_TAKEN; i < ARRAY_COUNT(names); i++) {
        if (span_is(verdict, names[i])) {
            later.verdict = (enum saga_later_verdict)i;
        }
    }
    participant->later(&later, participant->later_arg);
}

static bool is_later(const struct attempt *attempt)
{
    char status[8];
    struct saga_value result = value_of(buf_span(&attempt->result));
    return saga_value_copy(result, "status", status, sizeof(status)) &&
           strcmp(status, "later") == 0;
}

/* One attempt that `done` names. */
struct done_row {
    struct ledger_key key;
    int64_t number;
    struct span verdict;
};

/* Reads the next rows, at most DONE_AHEAD of the `left` ones; rows that are none are left out. */
static uint32_t read_done(const struct saga_participant *participant, struct mp *mp, uint32_t *left,
                          struct done_row *rows)
{
    uint32_t count = 0;
    for (; *left > 0 && count < DONE_AHEAD && !mp->bad; --*left) {
        struct mp row = mp_open(mp_skip(mp));
        uint32_t parts = mp_array(&row);
        struct span key = mp_str(&row);
        int64_t number = mp_int(&row);
        if (parts < 2 || row.bad) {
            continue;
        }
        rows[count].key = ledger_expect(&participant->ledger, key);
        rows[count].number = number;
        rows[count++].verdict = mp_str(&row);
    }
    return count;
}

static void take_done(struct saga_participant *participant, const struct done_row *row)
{
    struct run *run = ledger_find(&participant->ledger, row->key);
    struct attempt *attempt = run != NULL ? ledger_attempt(run, row->number) : NULL;
    if (!attempt || !attempt->is_answered) {
        return;
    }
    count_one(&participant->counts.done);
    if (participant->later && is_later(attempt)) {
        tell_later(participant, attempt, row->verdict);
    }
    ledger_done(&participant->ledger, attempt);
}

void task_done(struct saga_participant *participant, const struct message *message)
{
    struct done_row rows[DONE_AHEAD];
    struct mp mp = mp_open(message->results);
    uint32_t left = mp_array(&mp);
    bool is_empty = left == 0;
    while (left > 0 && !mp.bad) {
        uint32_t count = read_done(participant, &mp, &left, rows);
        for (uint32_t i = 0; i < count; i++) {
            take_done(participant, &rows[i]);
        }
    }
    if (mp.bad || is_empty) {
        count_one(&participant->counts.garbage);
    }
}

/* ---- What a handler may ask ---- */

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
    enum saga_error rc = value_check_inside(details, 3);
    if (rc != SAGA_OK) {
        return rc;
    }
    if (details.size > pairs_room(run->participant)) {
        return SAGA_TOO_LARGE;
    }
    rc = crew_beat(&run->participant->crew, run, value_span(details));
    /* Inline, the thread of the socket is this one, and busy with the handler: send now. */
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
