/* inbound.c - checks a frame, reads it by the table of messages, and handles it by its type. */
#include "peers/inbound.h"

#include <stdio.h>

#include "base/digest.h"
#include "base/log.h"
#include "engine/event.h"
#include "peers/clients.h"
#include "peers/dispatch.h"
#include "peers/emit.h"
#include "peers/outbound.h"
#include "peers/results.h"
#include "peers/running.h"
#include "peers/salvage.h"
#include "peers/sessions.h"
#include "peers/slots.h"

/* One message that has come, with what its handler must know of its sender. */
struct arrival {
    struct span connection;
    struct span frame;
    struct contact *contact; /* NULL: the connection is not known */
    struct session *session; /* NULL: the connection has no session */
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
    if (arrival->session && session_count_bad(arrival->session, arrival->now_ms)) {
        sessions_lose(peers, arrival->session, "bad messages", arrival->now_ms);
    }
}

/* Sends `who` to ask the sender who it is, unless the sender has a session that is in force. */
static void ask_who(struct peers *peers, struct arrival *arrival)
{
    if (arrival->session && !arrival->session->is_outranked) {
        return;
    }
    if (!arrival->contact) {
        arrival->contact = contacts_meet(&peers->contacts, arrival->connection);
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

static void handle_ready(struct peers *peers, struct arrival *arrival)
{
    const struct message *message = &arrival->message;
    int64_t window = fields_int(message, WIRE_KEY_WINDOW, 0);
    struct ready ready = {
        .instance = fields_text(message, WIRE_KEY_INSTANCE),
        .actions = message->value[WIRE_KEY_ACTIONS],
        .running = message->value[WIRE_KEY_RUNNING],
        .meta = message->value[WIRE_KEY_META],
        .window = window > LIMIT_WINDOW ? LIMIT_WINDOW : (uint32_t)window,
        .has_barrier = fields_bool(message, WIRE_KEY_BARRIER, false),
    };
    const char *why = check_actions(ready.actions);
    if (!why) {
        why = running_check(&peers->fields, ready.running);
    }
    if (!why && (ready.instance.size == 0 || ready.instance.size > INSTANCE_MAX)) {
        why = "an instance has 1 to 255 bytes";
    }
    if (why) {
        say_bad(peers, arrival, SAGA_BAD_MESSAGE, why);
        return;
    }
    struct session *session = arrival->session;
    if (session && !span_equal(ready.instance, instance_name(session->instance))) {
        sessions_lose(peers, session, "another instance on its connection", arrival->now_ms);
    }
    struct contact *contact = contacts_meet(&peers->contacts, arrival->connection);
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
    ask_who(peers, arrival);
    if (!session) {
        return;
    }
    int64_t size = fields_int(&arrival->message, WIRE_KEY_SIZE, 0);
    session->window = size > LIMIT_WINDOW ? LIMIT_WINDOW : (uint32_t)size;
    dispatch_session(peers, session, arrival->now_ms);
}

static void handle_heartbeat(struct peers *peers, struct arrival *arrival)
{
    struct span running = arrival->message.value[WIRE_KEY_RUNNING];
    const char *why = running_check(&peers->fields, running);
    if (why) {
        say_bad(peers, arrival, SAGA_BAD_MESSAGE, why);
        return;
    }
    if (!running_details_fit(running)) {
        say_bad(peers, arrival, SAGA_TOO_LARGE, "a value may have 960 KiB");
        return;
    }
    ask_who(peers, arrival);
    if (arrival->session) {
        running_beat(peers, arrival->session, running, arrival->now_ms);
    }
}

static void handle_bye(struct peers *peers, struct arrival *arrival)
{
    ask_who(peers, arrival);
    if (arrival->session) {
        arrival->session->is_closed = true;
        arrival->session->said_bye = true;
    }
}

/* ---- result ---- */

static void say_flaw(struct peers *peers, const struct result *result, const char *why)
{
    char key[LIMIT_KEY + 1];
    char attempt[16];
    snprintf(key, sizeof(key), "%.*s", (int)result->key.size, (const char *)result->key.data);
    snprintf(attempt, sizeof(attempt), "%u", result->attempt);
    log_line(LOG_WARN, "bad_output", "key", key, "attempt", attempt, "why", why, NULL);
    peers->stats.bad++;
}

/* Gives a result to the engine and frees its slot; what counts is the result's token, not the
 * connection on which it came. */
static void take_result(struct peers *peers, struct arrival *arrival, const struct result *result)
{
    struct event event = {.kind = EVENT_RESULT, .now_ms = arrival->now_ms, .result = *result};
    ask_who(peers, arrival);
    if (!arrival->contact) {
        return; /* without memory: the result will come again */
    }
    event.ref = arrival->contact->ref;
    struct span token = fields_text(&arrival->message, WIRE_KEY_TOKEN);
    if (!digest_unhex(token, event.result.token, TOKEN_SIZE)) {
        peers->stats.unknown_tokens++;
        outbound_verdict(peers, arrival->contact, &event.result, VERDICT_UNKNOWN, arrival->now_ms);
        /* Sent at once: the engine does not hear of this result, so no batch follows after which
         * the verdict would be sent. */
        outbound_done(peers, arrival->contact, arrival->now_ms);
        return;
    }
    struct session *session = slots_answered(peers, &event.result);
    emit_event(peers, &event);
    if (session) {
        dispatch_session(peers, session, arrival->now_ms);
    }
}

/* Takes a result, or ends the attempt as `bad_output` when the result is wrong. flaw: what is
 * already known to be wrong with the message besides the names of its task; NULL: nothing. */
static void judge_result(struct peers *peers, struct arrival *arrival, const char *flaw)
{
    struct result result = {0};
    char text[128];
    bool is_bad =
        flaw || results_read(&peers->fields, &arrival->message, &result, &flaw) != SAGA_OK;
    if (is_bad) {
        snprintf(text, sizeof(text), "the result is bad: %s", flaw);
        results_spoil(&arrival->message, span_text(text), &result);
    }
    const char *why = results_read_name(&arrival->message, &result);
    if (why) {
        say_bad(peers, arrival, SAGA_BAD_MESSAGE, why);
        return;
    }
    if (is_bad) {
        say_flaw(peers, &result, flaw);
    }
    take_result(peers, arrival, &result);
}

static void handle_result(struct peers *peers, struct arrival *arrival)
{
    judge_result(peers, arrival, NULL);
}

/* ---- by type ---- */

static void handle_request(struct peers *peers, struct arrival *arrival)
{
    if (fields_text(&arrival->message, WIRE_KEY_REQUEST).size > REQUEST_MAX) {
        say_bad(peers, arrival, SAGA_BAD_MESSAGE, "request has at most 255 bytes");
        return;
    }
    clients_message(peers, arrival->connection, arrival->frame, &arrival->message, arrival->now_ms);
}

typedef void (*handler_fn)(struct peers *peers, struct arrival *arrival);

static const handler_fn handlers[WIRE_TYPE_COUNT] = {
    [WIRE_READY] = handle_ready,
    [WIRE_WINDOW] = handle_window,
    [WIRE_HEARTBEAT] = handle_heartbeat,
    [WIRE_RESULT] = handle_result,
    [WIRE_BYE] = handle_bye,
    [WIRE_START] = handle_request,
    [WIRE_GET] = handle_request,
    [WIRE_WAIT] = handle_request,
    [WIRE_FINISH] = handle_request,
    [WIRE_BEGIN] = handle_request,
    [WIRE_REGISTER] = handle_request,
    [WIRE_COMPLETE] = handle_request,
    [WIRE_COMMIT] = handle_request,
    [WIRE_ABORT] = handle_request,
    [WIRE_EVENT] = handle_request,
};

/* Refuses a message that is not of the protocol's form with `error`; but if the message can still
 * be read as somebody's result (salvage.h), only that attempt fails. */
static void refuse(struct peers *peers, struct arrival *arrival, enum saga_error error,
                   const char *why)
{
    struct message salvaged;
    if (error == SAGA_BAD_MESSAGE && salvage_result(&peers->fields, arrival->frame, &salvaged)) {
        arrival->message = salvaged;
        judge_result(peers, arrival, why);
    } else {
        say_bad(peers, arrival, error, why);
    }
}

void inbound_frame(struct peers *peers, struct span connection, struct span frame, int64_t now_ms)
{
    struct arrival arrival;
    arrival.connection = connection;
    arrival.frame = frame;
    arrival.now_ms = now_ms;
    arrival.contact = contacts_find(&peers->contacts, connection);
    arrival.session = arrival.contact ? arrival.contact->session : NULL;
    if (arrival.session) {
        sessions_heard(peers, arrival.session, now_ms);
    }
    const char *why = NULL;
    enum saga_error rc = fields_read(&peers->fields, frame, &arrival.message, &why);
    if (rc != SAGA_OK) {
        refuse(peers, &arrival, rc, why);
        return;
    }
    CHECK(handlers[arrival.message.type] != NULL);
    handlers[arrival.message.type](peers, &arrival);
}
