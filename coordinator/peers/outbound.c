/* outbound.c - every message is packed into one buffer, which is kept from one to the next. */
#include "peers/outbound.h"

#include "base/digest.h"
#include "engine/effect_kind.h"
#include "saga/task.h"

enum {
    WHO_MS = 1000, /* ms between two messages `who` to one connection, at least */
    /* Ms for which no task is sent to a session whose pipe to ZeroMQ was full. */
    STALL_MS = 20,
    RETRY_AFTER_MS = 1000, /* ms after which a client that is told `overloaded` should try again */
    DONE_HEAD_MAX = 64,    /* bytes of a `done` besides its results */
};

static const char *const verdict_texts[] = {
    [VERDICT_OK] = "ok",
    [VERDICT_LATE] = "late",
    [VERDICT_STALE] = "stale",
    [VERDICT_UNKNOWN] = "unknown",
};

const char *outbound_verdict_text(enum verdict verdict)
{
    PRE((size_t)verdict < ARRAY_COUNT(verdict_texts));
    return verdict_texts[verdict];
}

static void put_text(struct buf *out, enum wire_key key, const char *text)
{
    fields_put_key(out, key);
    mp_put_text(out, text);
}

static void put_str(struct buf *out, enum wire_key key, struct span text)
{
    fields_put_key(out, key);
    mp_put_str(out, text);
}

static void put_uint(struct buf *out, enum wire_key key, int64_t number)
{
    fields_put_key(out, key);
    mp_put_uint(out, number > 0 ? (uint64_t)number : 0);
}

static void put_value(struct buf *out, enum wire_key key, struct span value)
{
    fields_put_key(out, key);
    mp_put_value(out, value);
}

/* Begins a message in peers->out: packs `v` and `type`; the caller packs `pairs` more keys with
 * their values. */
static struct buf *begin(struct peers *peers, enum wire_type type, uint32_t pairs)
{
    struct buf *out = &peers->out;
    buf_clear(out);
    mp_put_map(out, 2 + pairs);
    put_uint(out, WIRE_KEY_V, 1);
    put_text(out, WIRE_KEY_TYPE, fields_type_text(type));
    return out;
}

static enum saga_error send_out(struct peers *peers, struct span connection)
{
    if (buf_failed(&peers->out)) {
        return SAGA_TOO_LARGE;
    }
    enum saga_error rc = peers->wire.send(connection, buf_span(&peers->out), peers->wire.arg);
    if (rc == SAGA_OK) {
        peers->stats.sent++;
    }
    return rc;
}

/* Sends what is packed to the session. When that fails, notes how long no task should be sent
 * there: for ever if the connection is gone, STALL_MS if the pipe is full. */
static enum saga_error send_to(struct peers *peers, struct session *session, int64_t now_ms)
{
    enum saga_error rc = send_out(peers, contact_connection(session->contact));
    if (rc == SAGA_OK) {
        session->sent_ms = now_ms;
    } else if (rc == SAGA_OVERLOADED) {
        session->stalled_until_ms = now_ms + STALL_MS;
        if (peers->due_ms > session->stalled_until_ms) {
            peers->due_ms = session->stalled_until_ms;
        }
    } else if (rc == SAGA_UNAVAILABLE) {
        session->stalled_until_ms = INT64_MAX;
    }
    return rc;
}

/* ---- tasks ---- */

static uint32_t task_pairs(const struct task *task)
{
    uint32_t pairs = 12;
    pairs += task->heartbeat_ms > 0;
    pairs += task->details.size > 0;
    pairs += task->tracestate.size > 0;
    pairs += task->kind == TASK_DO ? 0 : 3;
    return pairs;
}

enum saga_error outbound_task(struct peers *peers, struct session *session, const struct task *task,
                              int64_t ttl_ms, int64_t now_ms)
{
    char token[2 * TOKEN_SIZE + 1];
    digest_hex(span_of(task->token, TOKEN_SIZE), token);
    struct buf *out = begin(peers, WIRE_TASK, task_pairs(task));
    put_str(out, WIRE_KEY_KEY, task->key);
    put_uint(out, WIRE_KEY_ATTEMPT, task->attempt);
    put_str(out, WIRE_KEY_TOKEN, span_of(token, 2 * TOKEN_SIZE));
    put_str(out, WIRE_KEY_SAGA, task->saga_name);
    put_str(out, WIRE_KEY_DEFINITION, task->definition);
    put_uint(out, WIRE_KEY_VERSION, task->version);
    put_str(out, WIRE_KEY_STEP, task->step);
    put_text(out, WIRE_KEY_KIND, task_kind_name(task->kind));
    put_str(out, WIRE_KEY_ACTION, task->action);
    put_value(out, WIRE_KEY_INPUT, task->input);
    put_uint(out, WIRE_KEY_TTL_MS, ttl_ms);
    if (task->heartbeat_ms > 0) {
        put_uint(out, WIRE_KEY_HEARTBEAT_MS, task->heartbeat_ms);
    }
    if (task->details.size > 0) {
        put_value(out, WIRE_KEY_DETAILS, task->details);
    }
    put_str(out, WIRE_KEY_TRACEPARENT, task->traceparent);
    if (task->tracestate.size > 0) {
        put_str(out, WIRE_KEY_TRACESTATE, task->tracestate);
    }
    if (task->kind != TASK_DO) {
        put_str(out, WIRE_KEY_DO_KEY, task->do_key);
        put_value(out, WIRE_KEY_OUTPUT, task->output);
        fields_put_key(out, WIRE_KEY_IN_DOUBT);
        mp_put_bool(out, task->in_doubt);
    }
    return send_to(peers, session, now_ms);
}

void outbound_cancel(struct peers *peers, struct session *session, const struct effect *effect,
                     int64_t now_ms)
{
    PRE(effect->kind == EFFECT_CANCEL);
    struct buf *out = begin(peers, WIRE_CANCEL, 3);
    put_str(out, WIRE_KEY_KEY, effect->call.key);
    put_uint(out, WIRE_KEY_ATTEMPT, effect->call.attempt);
    put_text(out, WIRE_KEY_REASON, effect->call.reason ? effect->call.reason : "");
    MAYBE(send_to(peers, session, now_ms) == SAGA_OK);
}

/* ---- the session ---- */

void outbound_welcome(struct peers *peers, struct session *session, int64_t now_ms)
{
    /* A name for logs on both sides, and no secret: nobody gains anything by knowing the name. */
    uint64_t seed = (session->contact->ref ^ peers->options.seed) * UINT64_C(0x9e3779b97f4a7c15);
    char name[2 * sizeof(seed) + 1];
    digest_hex(span_of(&seed, sizeof(seed)), name);
    struct buf *out = begin(peers, WIRE_WELCOME, 6);
    put_text(out, WIRE_KEY_SESSION, name);
    put_uint(out, WIRE_KEY_HEARTBEAT_MS, peers->options.heartbeat_ms);
    put_uint(out, WIRE_KEY_DEAD_MS, peers->options.dead_ms);
    put_uint(out, WIRE_KEY_MAX_MESSAGE, peers->options.message_max);
    fields_put_key(out, WIRE_KEY_SERVER);
    mp_put_map(out, 2);
    put_text(out, WIRE_KEY_NAME, "sagad");
    put_text(out, WIRE_KEY_VERSION, peers->server);
    fields_put_key(out, WIRE_KEY_NODES);
    mp_put_array(out, 1);
    mp_put_text(out, peers->endpoint);
    MAYBE(send_to(peers, session, now_ms) == SAGA_OK);
}

void outbound_heartbeat(struct peers *peers, struct session *session, int64_t now_ms)
{
    begin(peers, WIRE_BEAT, 0);
    MAYBE(send_to(peers, session, now_ms) == SAGA_OK);
    /* A heartbeat that could not leave is not tried again before the next is due. */
    session->sent_ms = now_ms;
}

void outbound_drain(struct peers *peers, struct session *session, int64_t after_ms, int64_t now_ms)
{
    struct buf *out = begin(peers, WIRE_DRAIN, 1);
    put_uint(out, WIRE_KEY_AFTER_MS, after_ms);
    MAYBE(send_to(peers, session, now_ms) == SAGA_OK);
}

void outbound_who(struct peers *peers, struct contact *contact, int64_t now_ms)
{
    if (now_ms - contact->who_ms < WHO_MS) {
        return;
    }
    contact->who_ms = now_ms;
    begin(peers, WIRE_WHO, 0);
    MAYBE(send_out(peers, contact_connection(contact)) == SAGA_OK);
}

/* ---- verdicts ---- */

/* Adds a verdict to those collected for the contact. False when the verdict does not fit any more:
 * the collected ones are as before. */
static bool add_verdict(struct contact *contact, const struct result *about, enum verdict verdict,
                        size_t size_max)
{
    struct buf *done = &contact->done;
    size_t size = done->size;
    mp_put_array(done, 3);
    mp_put_str(done, about->key);
    mp_put_uint(done, about->attempt);
    mp_put_text(done, outbound_verdict_text(verdict));
    if (!buf_failed(done) && done->size <= size_max) {
        return true;
    }
    buf_truncate(done, size);
    done->failed = false;
    return false;
}

void outbound_verdict(struct peers *peers, struct contact *contact, const struct result *about,
                      enum verdict verdict, int64_t now_ms)
{
    size_t size_max = peers->options.message_max - DONE_HEAD_MAX;
    if (!add_verdict(contact, about, verdict, size_max)) {
        outbound_done(peers, contact, now_ms);
        if (!add_verdict(contact, about, verdict, size_max)) {
            /* No memory for the verdict: the participant will send the result again, and get its
             * verdict then. */
            return;
        }
    }
    contact->done_count++;
    contacts_mark_untold(&peers->contacts, contact);
}

void outbound_done(struct peers *peers, struct contact *contact, int64_t now_ms)
{
    if (contact->done_count == 0) {
        return;
    }
    struct buf *out = begin(peers, WIRE_DONE, 1);
    fields_put_key(out, WIRE_KEY_RESULTS);
    mp_put_array(out, contact->done_count);
    buf_write(out, contact->done.data, contact->done.size);
    if (contact->session) {
        MAYBE(send_to(peers, contact->session, now_ms) == SAGA_OK);
    } else {
        MAYBE(send_out(peers, contact_connection(contact)) == SAGA_OK);
    }
    buf_clear(&contact->done);
    contact->done_count = 0;
}

/* ---- clients ---- */

static void send_error(struct peers *peers, struct span connection, struct span request,
                       const struct answer *answer)
{
    enum saga_error error = answer->error;
    const char *why = answer->why;
    const char *code = answer->open.code;
    bool has_retry = error_http_status(error) == 429;
    bool has_request = request.size > 0;
    struct buf *out = begin(peers, WIRE_ERROR, 2u + has_request + has_retry + (code ? 1u : 0u));
    if (has_request) {
        put_str(out, WIRE_KEY_REQUEST, request);
    }
    put_text(out, WIRE_KEY_CODE, error_code(error));
    put_text(out, WIRE_KEY_MESSAGE, !why ? error_sentence(error) : why);
    if (has_retry) {
        put_uint(out, WIRE_KEY_RETRY_AFTER_MS, RETRY_AFTER_MS);
    }
    if (code) {
        fields_put_key(out, WIRE_KEY_DETAILS);
        mp_put_map(out, 1);
        put_text(out, WIRE_KEY_CODE, code);
    }
    MAYBE(send_out(peers, connection) == SAGA_OK);
}

void outbound_error(struct peers *peers, struct span connection, struct span request,
                    enum saga_error error, const char *why)
{
    const struct answer answer = {.error = error, .why = why};
    send_error(peers, connection, request, &answer);
}

void outbound_error_about(struct peers *peers, struct span connection, struct span request,
                          const struct answer *answer)
{
    PRE(answer->error != SAGA_OK);
    send_error(peers, connection, request, answer);
}

void outbound_reply(struct peers *peers, struct span request, uint32_t pairs)
{
    struct buf *out = begin(peers, WIRE_REPLY, 1 + pairs);
    put_str(out, WIRE_KEY_REQUEST, request);
}

void outbound_reply_end(struct peers *peers, struct span connection, struct span request)
{
    if (send_out(peers, connection) == SAGA_TOO_LARGE) {
        outbound_error(peers, connection, request, SAGA_TOO_LARGE,
                       "the reply is too large; ask with a smaller limit");
    }
}
