/* results.c - one packer for the results of all tasks, and the order in which they leave again.
 *
 * A result is packed once, and the same bytes are sent again: 5 s after they were last sent, and at
 * once when a session is new. */
#include "participants/results.h"

#include "base/mp.h"
#include "base/plain.h"
#include "participants/session.h"
#include "participants/window.h"

enum {
    HEAD_ROOM = 1024,       /* bytes of a result before its pairs, at most: key, token, names */
    RESEND_BATCH_MAX = 256, /* results sent again before anything else gets its turn */
};

size_t results_room(struct saga_participant *participant)
{
    int64_t max = atomic_load_explicit(&participant->max_message, memory_order_relaxed);
    return max > HEAD_ROOM ? (size_t)(max - HEAD_ROOM) : 0;
}

/* ---- Packing ---- */

/* What a result names. */
struct named {
    struct span key;
    struct span token;
    uint32_t number; /* of the attempt */
};

/* Bytes of the texts in a result that stand before its pairs. */
static const char text_head[] = "\xa1v\x01\xa4type\xa6result\xa3key";
static const char text_number[] =
    "\xa7"
    "attempt\xce"; /* an uint32 follows */
static const char text_token[] = "\xa5token";

enum {
    TEXTS_SIZE = sizeof(text_head) + sizeof(text_number) + sizeof(text_token),
    HEAD_SIZE_MAX =
        TEXTS_SIZE + sizeof(uint32_t) + 2 * PLAIN_HEAD_MAX + RUN_KEY_MAX + RESULTS_TOKEN_MAX,
};

_Static_assert((int)HEAD_SIZE_MAX <= (int)HEAD_ROOM, "the pairs have the room that is left");
_Static_assert((int)HEAD_SIZE_MAX + ANSWER_NO_MEMORY_MAX <= (int)LEDGER_RESULT_MIN,
               "that there is no memory can always be said");

/* Runs for every task, so memory is reserved once for the whole result. */
static bool put_result(struct buf *result, const struct named *named, struct answer_pairs pairs)
{
    PRE(5 + pairs.count < 16); /* the head of the map is one byte */
    buf_clear(result);
    uint8_t *at = buf_reserve(result, TEXTS_SIZE + sizeof(uint32_t) + 2 * PLAIN_HEAD_MAX +
                                          named->key.size + named->token.size + pairs.bytes.size);
    if (!at) {
        return false;
    }
    *at++ = (uint8_t)(0x80 + 5 + pairs.count);
    memcpy(at, text_head, sizeof(text_head) - 1);
    at = plain_put(at + sizeof(text_head) - 1, named->key);
    memcpy(at, text_number, sizeof(text_number) - 1);
    at += sizeof(text_number) - 1;
    for (int shift = 24; shift >= 0; shift -= 8) {
        *at++ = (uint8_t)(named->number >> shift);
    }
    memcpy(at, text_token, sizeof(text_token) - 1);
    at = plain_put(at + sizeof(text_token) - 1, named->token);
    memcpy(at, pairs.bytes.data, pairs.bytes.size);
    buf_truncate(result, (size_t)(at - result->data) + pairs.bytes.size);
    return true;
}

static void pack_result(struct buf *result, const struct named *named,
                        const struct saga_answer *answer)
{
    if (!put_result(result, named, answer_pairs(answer))) {
        /* LEDGER_RESULT_MIN was set aside when the attempt was taken. */
        MAYBE(put_result(result, named, answer_no_memory));
    }
    POST(result->size > 0);
}

/* ---- Answering ---- */

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

static void send_result(struct saga_participant *participant, struct attempt *attempt)
{
    /* When the queue is full the result stays among the kept, and leaves when it is due again. */
    MAYBE(window_tell(participant) && session_send(participant, buf_span(&attempt->result)));
    ledger_sent(&participant->ledger, attempt, participant->now_ms);
}

void results_answer(struct saga_participant *participant, struct attempt *attempt,
                    const struct saga_answer *answer)
{
    PRE(!attempt->is_answered);
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

void results_answer_void(struct saga_participant *participant, struct attempt *attempt,
                         const char *code)
{
    struct saga_answer answer;
    answer_open(&answer);
    answer_void(&answer, code);
    answer_seal(&answer, results_room(participant));
    results_answer(participant, attempt, &answer);
    answer_close(&answer);
}

/* The result is sent once and not kept. If it is lost, no `ready` names the attempt either, which
 * tells the coordinator that the task was never taken. */
void results_refuse(struct saga_participant *participant, const struct message *message,
                    const struct saga_failure *failure)
{
    PRE(message->key.size > 0 && message->token.size <= RESULTS_TOKEN_MAX);
    const struct named named = {
        .key = message->key, .token = message->token, .number = (uint32_t)message->attempt};
    struct saga_answer answer;
    answer_open(&answer);
    saga_answer_failed(&answer, failure);
    answer_seal(&answer, results_room(participant));
    pack_result(&participant->out, &named, &answer);
    answer_close(&answer);
    count_one(&participant->counts.tasks);
    count_one(&participant->counts.failed);
    MAYBE(session_send_out(participant));
}

/* ---- Sending again ---- */

void results_resend(struct saga_participant *participant, struct attempt *attempt)
{
    PRE(attempt->is_answered);
    count_one(&participant->counts.resent);
    send_result(participant, attempt);
}

void results_resend_due(struct saga_participant *participant)
{
    for (int i = 0; i < RESEND_BATCH_MAX && results_wait_ms(participant) <= 0; i++) {
        results_resend(participant, participant->ledger.kept_first);
    }
}

void results_resend_all(struct saga_participant *participant)
{
    for (struct attempt *attempt = participant->ledger.kept_first; attempt != NULL;
         attempt = attempt->after) {
        attempt->sent_ms = participant->now_ms - RESULTS_RESEND_MS;
    }
}

int64_t results_wait_ms(const struct saga_participant *participant)
{
    const struct attempt *first = participant->ledger.kept_first;
    return first ? first->sent_ms + RESULTS_RESEND_MS - participant->now_ms : INT64_MAX;
}
