/* inbound.c - what comes in: checked, read by the table, and handed on by its type.
 *
 * A message that is not of the protocol's form is answered with `error`, whoever sent it; the third
 * within a minute ends the sender's session. A participant's message without a session is answered
 * with `who`, except `ready`; a result counts all the same, by its token. */
#include "peers/parts.h"

#include "base/digest.h"
#include "base/log.h"
#include "base/utf8.h"

/* One message, on its way to its handler. */
struct arrival {
    struct span connection;
    struct span frame;
    struct contact *contact; /* NULL: the connection is not known */
    struct session *session; /* NULL: it has none */
    int64_t now_ms;
    struct message message;
};

static void say_bad(struct peers *peers, const struct arrival *arrival, enum saga_error error,
                    const char *why)
{
    struct span request = fields_text(&arrival->message, WIRE_KEY_REQUEST);
    if (request.size > REQUEST_MAX) {
        request.size = 0;
    }
    outbound_error(peers, arrival->connection, request, error, why);
    if (error != SAGA_BAD_MESSAGE) {
        return;
    }
    peers->stats.bad++;
    log_line(LOG_WARN, "bad_message", "why", why, NULL);
    if (arrival->session && sessions_count_bad(arrival->session, arrival->now_ms)) {
        sessions_lose(peers, arrival->session, "bad messages", arrival->now_ms);
    }
}

static void say_who(struct peers *peers, struct arrival *arrival)
{
    if (!arrival->contact) {
        arrival->contact = contacts_meet(peers, arrival->connection);
    }
    if (arrival->contact) {
        outbound_who(peers, arrival->contact, arrival->now_ms);
    }
}

/* ---- ready ---- */

static const char *check_actions(struct span actions)
{
    struct mp mp = mp_open(actions);
    uint32_t count = mp_array(&mp);
    if (count > LIMIT_ACTIONS) {
        return "too many actions";
    }
    for (uint32_t i = 0; i < count; i++) {
        if (mp_peek(&mp) != MP_STR) {
            return "an action is not a string";
        }
        struct span action = mp_str(&mp);
        if (action.size == 0 || action.size > LIMIT_ACTION) {
            return "an action has 1 to 129 bytes";
        }
    }
    return NULL;
}

/* Everything is looked at before anything is done: a bad message does nothing. */
static const char *check_running(const struct peers *peers, struct span running)
{
    struct message part;
    const char *why = NULL;
    struct mp mp = mp_open(running);
    uint32_t count = running.size == 0 ? 0 : mp_array(&mp);
    for (uint32_t i = 0; i < count; i++) {
        struct span map = mp_skip(&mp);
        if (fields_part(&peers->fields, map, WIRE_PART_RUNNING, &part, &why) != SAGA_OK) {
            return why;
        }
    }
    return NULL;
}

static void handle_ready(struct peers *peers, struct arrival *arrival)
{
    const struct message *message = &arrival->message;
    int64_t window = fields_int(message, WIRE_KEY_WINDOW, 0);
    struct ready ready = {
        .instance = fields_text(message, WIRE_KEY_INSTANCE),
        .actions = message->value[WIRE_KEY_ACTIONS],
        .running = message->value[WIRE_KEY_RUNNING],
        .window = window > LIMIT_WINDOW ? LIMIT_WINDOW : (uint32_t)window,
        .has_barrier = fields_bool(message, WIRE_KEY_BARRIER, false),
    };
    const char *why = check_actions(ready.actions);
    if (!why) {
        why = check_running(peers, ready.running);
    }
    if (!why && (ready.instance.size == 0 || ready.instance.size > INSTANCE_MAX)) {
        why = "an instance has 1 to 255 bytes";
    }
    if (why) {
        say_bad(peers, arrival, SAGA_BAD_MESSAGE, why);
        return;
    }
    struct session *session = arrival->session;
    if (session && !span_equal(ready.instance,
                               span_of(session->instance->name, session->instance->name_size))) {
        sessions_lose(peers, session, "another instance on its connection", arrival->now_ms);
    }
    struct contact *contact = contacts_meet(peers, arrival->connection);
    enum saga_error rc =
        !contact ? SAGA_NO_MEMORY : sessions_ready(peers, contact, &ready, arrival->now_ms);
    if (rc != SAGA_OK) {
        outbound_error(peers, arrival->connection, (struct span){NULL, 0}, rc, NULL);
    }
}

/* ---- window, heartbeat, bye ---- */

static void handle_window(struct peers *peers, struct arrival *arrival)
{
    struct session *session = arrival->session;
    if (!session) {
        say_who(peers, arrival);
        return;
    }
    int64_t size = fields_int(&arrival->message, WIRE_KEY_SIZE, 0);
    session->window = size > LIMIT_WINDOW ? LIMIT_WINDOW : (uint32_t)size;
    dispatch_session(peers, session, arrival->now_ms);
}

/* Are the details of all that runs as large as a value may be? They leave with the next attempt. */
static bool details_fit(struct span running)
{
    struct mp mp = mp_open(running);
    uint32_t count = running.size > LIMIT_VALUE ? mp_array(&mp) : 0;
    for (uint32_t i = 0; i < count; i++) {
        struct span details = mp_find(mp_skip(&mp), span_text("details"));
        if (details.size > LIMIT_VALUE) {
            return false;
        }
    }
    return true;
}

static void handle_heartbeat(struct peers *peers, struct arrival *arrival)
{
    struct span running = arrival->message.value[WIRE_KEY_RUNNING];
    const char *why = check_running(peers, running);
    if (why) {
        say_bad(peers, arrival, SAGA_BAD_MESSAGE, why);
        return;
    }
    if (!details_fit(running)) {
        say_bad(peers, arrival, SAGA_TOO_LARGE, "a value may have 960 KiB");
        return;
    }
    if (!arrival->session) {
        say_who(peers, arrival);
        return;
    }
    struct message part;
    struct mp mp = mp_open(running);
    uint32_t count = running.size == 0 ? 0 : mp_array(&mp);
    for (uint32_t i = 0; i < count; i++) {
        struct span map = mp_skip(&mp);
        if (fields_part(&peers->fields, map, WIRE_PART_RUNNING, &part, &why) != SAGA_OK) {
            continue;
        }
        int64_t attempt = fields_int(&part, WIRE_KEY_ATTEMPT, 0);
        if (attempt < 1 || attempt > UINT32_MAX) {
            continue;
        }
        struct event event = {
            .kind = EVENT_BEAT, .now_ms = arrival->now_ms, .ref = arrival->contact->ref};
        event.task.key = fields_text(&part, WIRE_KEY_KEY);
        event.task.attempt = (uint32_t)attempt;
        event.task.details = part.value[WIRE_KEY_DETAILS];
        peers_emit(peers, &event);
    }
}

static void handle_bye(struct peers *peers, struct arrival *arrival)
{
    if (!arrival->session) {
        say_who(peers, arrival);
    } else {
        arrival->session->is_leaving = true;
    }
}

/* ---- result ---- */

/* Cuts at a character's boundary. */
static struct span cut_text(struct span text, size_t size_max)
{
    if (text.size <= size_max) {
        return text;
    }
    size_t size = size_max;
    while (size > 0 && (text.data[size] & 0xc0) == 0x80) {
        size--;
    }
    return span_of(text.data, size);
}

static const char *read_failure(const struct peers *peers, const struct message *message,
                                struct result *result)
{
    struct span map = message->value[WIRE_KEY_ERROR];
    struct message part;
    const char *why = NULL;
    if (map.size == 0) {
        return NULL;
    }
    if (fields_part(&peers->fields, map, WIRE_PART_ERROR, &part, &why) != SAGA_OK) {
        return why;
    }
    if (result->status != RESULT_FAILED) {
        return NULL;
    }
    result->code = cut_text(fields_text(&part, WIRE_KEY_CODE), LIMIT_CODE);
    result->message = cut_text(fields_text(&part, WIRE_KEY_MESSAGE), LIMIT_MESSAGE);
    result->details = part.value[WIRE_KEY_DETAILS];
    result->retryable = fields_bool(&part, WIRE_KEY_RETRYABLE, true);
    result->in_doubt = fields_bool(&part, WIRE_KEY_IN_DOUBT, false);
    result->retry_after_ms = fields_int(&part, WIRE_KEY_RETRY_AFTER_MS, -1);
    return NULL;
}

static bool read_status(struct span text, enum result_status *status)
{
    static const char *const names[] = {
        [RESULT_OK] = "ok",
        [RESULT_FAILED] = "failed",
        [RESULT_LATER] = "later",
    };
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (span_is(text, names[i])) {
            *status = (enum result_status)i;
            return true;
        }
    }
    return false;
}

enum saga_error inbound_result(const struct peers *peers, const struct message *message,
                               struct result *result, const char **why)
{
    *result = (struct result){.retry_after_ms = -1, .retryable = true};
    if (!read_status(fields_text(message, WIRE_KEY_STATUS), &result->status)) {
        *why = "status is not ok, failed or later";
        return SAGA_BAD_MESSAGE;
    }
    if (result->status == RESULT_FAILED) {
        result->code = span_text("failed"); /* unless it says better */
    }
    *why = read_failure(peers, message, result);
    if (*why) {
        return SAGA_BAD_MESSAGE;
    }
    if (result->status == RESULT_OK) {
        result->output = message->value[WIRE_KEY_OUTPUT];
    }
    result->cost_micros = fields_int(message, WIRE_KEY_COST_USD_MICROS, 0);
    if (result->output.size > LIMIT_VALUE || result->details.size > LIMIT_VALUE) {
        *why = "a value may have 960 KiB";
        return SAGA_TOO_LARGE;
    }
    return SAGA_OK;
}

static enum saga_error read_result(const struct peers *peers, const struct message *message,
                                   struct result *result, const char **why)
{
    enum saga_error rc = inbound_result(peers, message, result, why);
    if (rc != SAGA_OK) {
        return rc;
    }
    result->key = fields_text(message, WIRE_KEY_KEY);
    int64_t attempt = fields_int(message, WIRE_KEY_ATTEMPT, 0);
    if (result->key.size == 0) {
        *why = "the key is empty";
    } else if (attempt < 1 || attempt > UINT32_MAX) {
        *why = "attempts count from 1";
    }
    if (*why) {
        return SAGA_BAD_MESSAGE;
    }
    result->attempt = (uint32_t)attempt;
    return SAGA_OK;
}

static void handle_result(struct peers *peers, struct arrival *arrival)
{
    struct event event = {.kind = EVENT_RESULT, .now_ms = arrival->now_ms};
    const char *why = NULL;
    enum saga_error rc = read_result(peers, &arrival->message, &event.result, &why);
    if (rc != SAGA_OK) {
        say_bad(peers, arrival, rc, why);
        return;
    }
    if (!arrival->session) {
        say_who(peers, arrival);
    }
    if (!arrival->contact) {
        return; /* without memory: it will come again */
    }
    event.ref = arrival->contact->ref;
    struct span token = fields_text(&arrival->message, WIRE_KEY_TOKEN);
    if (!digest_unhex(token, event.result.token, TOKEN_SIZE)) {
        peers->stats.unknown_tokens++;
        outbound_verdict(peers, arrival->contact, &event.result, VERDICT_UNKNOWN, arrival->now_ms);
        return;
    }
    struct session *session = dispatch_answered(peers, &event.result);
    peers_emit(peers, &event);
    if (session) {
        dispatch_session(peers, session, arrival->now_ms);
    }
}

/* ---- by type ---- */

static void handle_ask(struct peers *peers, struct arrival *arrival)
{
    if (fields_text(&arrival->message, WIRE_KEY_REQUEST).size > REQUEST_MAX) {
        say_bad(peers, arrival, SAGA_BAD_MESSAGE, "request has at most 255 bytes");
        return;
    }
    asks_message(peers, arrival->connection, arrival->frame, &arrival->message, arrival->now_ms);
}

typedef void (*handler_fn)(struct peers *peers, struct arrival *arrival);

static const handler_fn handlers[WIRE_TYPE_COUNT] = {
    [WIRE_READY] = handle_ready,
    [WIRE_WINDOW] = handle_window,
    [WIRE_HEARTBEAT] = handle_heartbeat,
    [WIRE_RESULT] = handle_result,
    [WIRE_BYE] = handle_bye,
    [WIRE_START] = handle_ask,
    [WIRE_GET] = handle_ask,
    [WIRE_WAIT] = handle_ask,
    [WIRE_FINISH] = handle_ask,
    [WIRE_BEGIN] = handle_ask,
    [WIRE_REGISTER] = handle_ask,
    [WIRE_COMPLETE] = handle_ask,
    [WIRE_COMMIT] = handle_ask,
    [WIRE_ABORT] = handle_ask,
    [WIRE_EVENT] = handle_ask,
};

void inbound_frame(struct peers *peers, struct span connection, struct span frame, int64_t now_ms)
{
    struct arrival arrival;
    arrival.connection = connection;
    arrival.frame = frame;
    arrival.now_ms = now_ms;
    arrival.contact = contacts_find(peers, connection);
    arrival.session = arrival.contact ? arrival.contact->session : NULL;
    if (arrival.session) {
        sessions_heard(peers, arrival.session, now_ms);
    }
    const char *why = NULL;
    enum saga_error rc = fields_read(&peers->fields, frame, &arrival.message, &why);
    if (rc != SAGA_OK) {
        say_bad(peers, &arrival, rc, why);
        return;
    }
    CHECK(handlers[arrival.message.type] != NULL);
    handlers[arrival.message.type](peers, &arrival);
}
