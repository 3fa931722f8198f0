/* session.c - the conversation with the coordinator: ready, welcome, silence, and what is due.
 *
 *      connect --ready--> waiting --welcome--> open --who--> waiting
 *         ^                  |                   |
 *         +--- silence of dead_ms: a new connection, nothing queued begins any more
 *
 * Results are kept until `done` names them and leave again after every welcome and every 5 s, so
 * nothing that was answered is lost when the coordinator, or the connection, goes away. */
#include "base/check.h"
#include "base/mp.h"
#include "participants/participant.h"

enum {
    READY_AGAIN_MS = 200, /* a `who` is answered no more often than this */
    RESEND_BATCH_MAX = 256,
    /* Messages read before the first of them is acted on, so that what its key needs is there. */
    SESSION_AHEAD = 8,
};

void session_begin(struct saga_participant *participant, uint32_t pairs, const char *type)
{
    buf_clear(&participant->out);
    mp_put_map(&participant->out, pairs + 2);
    mp_put_text(&participant->out, "v");
    mp_put_uint(&participant->out, 1);
    mp_put_text(&participant->out, "type");
    mp_put_text(&participant->out, type);
}

bool session_send(struct saga_participant *participant, struct span message)
{
    if (!participant->socket || message.size == 0) {
        return false;
    }
    if (!link_send(participant->socket, message)) {
        return false;
    }
    participant->spoke_ms = participant->now_ms;
    return true;
}

bool session_send_out(struct saga_participant *participant)
{
    return !buf_failed(&participant->out) && session_send(participant, buf_span(&participant->out));
}

/* ---- ready ---- */

static void put_actions(struct saga_participant *participant)
{
    mp_put_text(&participant->out, "actions");
    mp_put_array(&participant->out, (uint32_t)participant->actions.count);
    size_t at = 0;
    for (const struct action *action; (action = map_next(&participant->actions, &at)) != NULL;) {
        mp_put_text(&participant->out, action->name);
    }
}

/* Every attempt that was taken and that `done` has not named yet, answered ones too. */
static void put_running(struct saga_participant *participant)
{
    mp_put_text(&participant->out, "running");
    mp_put_array(&participant->out, (uint32_t)participant->ledger.attempt_count);
    size_t at = 0;
    for (const struct run *run; (run = ledger_next(&participant->ledger, &at)) != NULL;) {
        for (const struct attempt *attempt = run->attempts; attempt; attempt = attempt->next) {
            mp_put_map(&participant->out, 2);
            mp_put_text(&participant->out, "key");
            mp_put_str(&participant->out, span_of(run->key, run->key_size));
            mp_put_text(&participant->out, "attempt");
            mp_put_uint(&participant->out, attempt->number);
        }
    }
}

static void put_ready(struct saga_participant *participant, bool has_running)
{
    bool has_meta = participant->meta.size > 0;
    session_begin(participant, (has_meta ? 5u : 4u) + (has_running ? 1u : 0u), "ready");
    mp_put_text(&participant->out, "instance");
    mp_put_text(&participant->out, participant->instance);
    put_actions(participant);
    mp_put_text(&participant->out, "window");
    participant->window_told = window_now(participant);
    mp_put_uint(&participant->out, participant->window_told);
    if (has_running) {
        put_running(participant);
    }
    mp_put_text(&participant->out, "barrier");
    mp_put_bool(&participant->out, participant->has_barrier);
    if (has_meta) {
        mp_put_text(&participant->out, "meta");
        mp_put_value(&participant->out, buf_span(&participant->meta));
    }
}

/* When there are more attempts than a message may name, none is: then all of them are in doubt,
 * which costs time. A `ready` that is never taken would cost the session. */
static void say_ready(struct saga_participant *participant)
{
    int64_t size_max = atomic_load_explicit(&participant->max_message, memory_order_relaxed);
    const struct buf *out = &participant->out;
    put_ready(participant, true);
    if (buf_failed(out) || (int64_t)out->size > size_max ||
        mp_extent(buf_span(out)).nodes > MP_NODE_MAX) {
        put_ready(participant, false);
    }
    participant->is_welcome = false;
    participant->owes_ready = false;
    participant->ready_ms = participant->now_ms;
    MAYBE(session_send_out(participant)); /* else it is said again */
}

static void disconnect(struct saga_participant *participant, int linger_ms)
{
    link_close(&participant->socket, linger_ms);
    link_close(&participant->watch, 0);
    participant->is_welcome = participant->is_connected = participant->was_connected = false;
}

static enum saga_error open_socket(struct saga_participant *participant)
{
    void *context = participant->context;
    const struct link_address *address = &participant->address;
    /* Wide enough for every result that is kept: what finds no room waits for 5 s. */
    int queue_max = (int)participant->ledger.attempt_max;
    enum saga_error rc = link_open(context, address, queue_max, &participant->socket);
    if (rc != SAGA_OK) {
        return rc;
    }
    rc = link_watch(context, participant->socket, participant->socket_count++, &participant->watch);
    if (rc != SAGA_OK) {
        goto err_after_open;
    }
    rc = link_connect(participant->socket, address);
    if (rc != SAGA_OK) {
        goto err_after_open;
    }
    return SAGA_OK;

err_after_open:
    disconnect(participant, 0);
    POST(rc != SAGA_OK);
    return rc;
}

enum saga_error session_connect(struct saga_participant *participant)
{
    disconnect(participant, 0);
    atomic_store_explicit(&participant->heard_ms, participant->now_ms, memory_order_relaxed);
    enum saga_error rc = open_socket(participant);
    if (rc == SAGA_OK) {
        say_ready(participant); /* waits in the socket for the first connection */
    }
    return rc;
}

void session_disconnect(struct saga_participant *participant, uint32_t linger_ms)
{
    bool is_heard = participant->is_connected; /* else there is nobody to wait for */
    disconnect(participant, is_heard ? (int)linger_ms : 0);
}

/* ---- the connection ---- */

static void come_up(struct saga_participant *participant)
{
    /* On the first connection of a socket the `ready` that lies there leaves by itself. */
    participant->owes_ready = participant->was_connected;
    participant->was_connected = participant->is_connected = true;
    participant->ready_ms = participant->now_ms;
}

static void say_waiting(struct saga_participant *participant)
{
    if (!participant->said_waiting) {
        participant->said_waiting = true;
        participant_notice(participant, SAGA_NOTICE_WAITING, participant->address.endpoint);
    }
}

/* The session is over: a connection is gone, or silent for too long. */
static void lose(struct saga_participant *participant)
{
    if (participant->is_welcome) {
        participant->is_welcome = false;
        participant->said_waiting = true; /* that it was lost says as much */
        participant_notice(participant, SAGA_NOTICE_LOST, "");
    }
}

static void hear_event(struct saga_participant *participant, enum link_event event)
{
    switch (event) {
    case LINK_EVENT_UP:
        come_up(participant);
        return;
    case LINK_EVENT_DOWN:
        participant->is_connected = false;
        lose(participant);
        return;
    case LINK_EVENT_ALONE:
        say_waiting(participant);
        return;
    case LINK_EVENT_REFUSED:
        if (!participant->said_refused) {
            participant->said_refused = true;
            participant_notice(participant, SAGA_NOTICE_ERROR,
                               "unauthenticated: the endpoint answers and refuses to talk to us");
        }
        return;
    case LINK_EVENT_NONE:
        return;
    }
    UNREACHABLE("an event is one of the enum");
}

void session_watch(struct saga_participant *participant)
{
    while (participant->watch) {
        enum link_event event = link_next_event(participant->watch);
        if (event == LINK_EVENT_NONE) {
            return;
        }
        hear_event(participant, event);
    }
}

/* ---- what comes ---- */

/* All that is kept leaves again with the next turns. */
static void resend_all(struct saga_participant *participant)
{
    for (struct attempt *attempt = participant->ledger.kept_first; attempt;
         attempt = attempt->after) {
        attempt->sent_ms = participant->now_ms - PARTICIPANT_RESEND_MS;
    }
}

static void take_welcome(struct saga_participant *participant, const struct message *message)
{
    char session[128] = "";
    if (message->session.size < sizeof(session)) {
        memcpy(session, message->session.data, message->session.size);
    }
    if (message->heartbeat_ms > 0) {
        participant->heartbeat_ms = message->heartbeat_ms;
    }
    if (message->dead_ms > 0) {
        atomic_store(&participant->dead_ms, message->dead_ms);
    }
    if (message->max_message > 0) {
        atomic_store(&participant->max_message, message->max_message);
    }
    participant->is_welcome = true;
    participant->said_waiting = participant->said_refused = false;
    count_one(&participant->counts.sessions);
    participant_notice(participant, SAGA_NOTICE_WELCOME, session);
    resend_all(participant);
    if (participant->is_leaving) {
        session_bye(participant);
    }
}

static void take_who(struct saga_participant *participant)
{
    if (participant->now_ms - participant->ready_ms < READY_AGAIN_MS && !participant->is_welcome) {
        return;
    }
    participant_notice(participant, SAGA_NOTICE_WHO, "");
    say_ready(participant);
}

static void take_error(struct saga_participant *participant, const struct message *message)
{
    char text[256];
    struct buf out = {
        .data = (uint8_t *)text, .capacity = sizeof(text) - 1, .size_max = sizeof(text) - 1};
    buf_write(&out, message->code.data, message->code.size);
    buf_write(&out, ": ", 2);
    buf_write(&out, message->message.data, message->message.size);
    text[out.size] = '\0';
    participant_notice(participant, SAGA_NOTICE_ERROR, text);
}

static void take(struct saga_participant *participant, struct inbound *inbound)
{
    const struct message *message = &inbound->message;
    if (!inbound->is_good) {
        count_one(&participant->counts.garbage);
    } else if (span_is(message->type, "task")) {
        task_take(participant, inbound);
    } else if (span_is(message->type, "done")) {
        task_done(participant, message);
    } else if (span_is(message->type, "cancel")) {
        task_cancel(participant, inbound);
    } else if (span_is(message->type, "welcome")) {
        take_welcome(participant, message);
    } else if (span_is(message->type, "who")) {
        take_who(participant);
    } else if (span_is(message->type, "drain")) {
        participant_notice(participant, SAGA_NOTICE_DRAIN, "");
    } else if (span_is(message->type, "error")) {
        take_error(participant, message);
    } else if (!span_is(message->type, "heartbeat")) {
        count_one(&participant->counts.garbage);
    }
}

/* Receives and reads one message; false when there is none. */
static bool receive(struct saga_participant *participant, struct inbound *inbound)
{
    zmq_msg_t *frame = &inbound->frame;
    zmq_msg_init(frame);
    if (zmq_msg_recv(frame, participant->socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(frame);
        return false;
    }
    inbound->is_good = zmq_msg_more(frame) == 0;
    while (zmq_msg_more(frame) != 0 &&
           zmq_msg_recv(frame, participant->socket, ZMQ_DONTWAIT) >= 0) {
        continue;
    }
    struct span bytes = span_of(zmq_msg_data(frame), zmq_msg_size(frame));
    if (inbound->is_good) {
        inbound->is_good = message_read(bytes, &inbound->message) == SAGA_OK;
    }
    if (inbound->is_good && inbound->message.key.size > 0) {
        inbound->key = ledger_expect(&participant->ledger, inbound->message.key);
    }
    return true;
}

/* Before anything is read: a process that slept (stopped, swapped out, a handler inline) finds what
 * was sent meanwhile, which must not hide that it did not listen. */
static void look_for_silence(struct saga_participant *participant)
{
    int64_t heard_ms = atomic_load_explicit(&participant->heard_ms, memory_order_relaxed);
    int64_t dead_ms = atomic_load_explicit(&participant->dead_ms, memory_order_relaxed);
    if (participant->now_ms - heard_ms <= dead_ms) {
        return;
    }
    lose(participant);
    say_waiting(participant);
    atomic_store(&participant->silent_ms, participant->now_ms);
    task_expire_all(participant);
    MAYBE(session_connect(participant) == SAGA_OK); /* else again after as long */
}

bool session_read(struct saga_participant *participant)
{
    struct inbound inbound[SESSION_AHEAD];
    look_for_silence(participant);
    bool has_more = participant->socket != NULL;
    for (int i = 0; has_more && i < LINK_BATCH_MAX; i += SESSION_AHEAD) {
        int count = 0;
        while (count < SESSION_AHEAD && has_more) {
            has_more = receive(participant, &inbound[count]);
            count += has_more ? 1 : 0;
        }
        if (count > 0) {
            atomic_store_explicit(&participant->heard_ms, participant->now_ms,
                                  memory_order_relaxed);
        }
        for (int j = 0; j < count; j++) {
            take(participant, &inbound[j]);
            zmq_msg_close(&inbound[j].frame);
        }
    }
    return has_more;
}

/* ---- what is due ---- */

static void resend_due(struct saga_participant *participant)
{
    for (int i = 0; i < RESEND_BATCH_MAX; i++) {
        struct attempt *attempt = participant->ledger.kept_first;
        if (!attempt || participant->now_ms - attempt->sent_ms < PARTICIPANT_RESEND_MS) {
            return;
        }
        task_resend(participant, attempt);
    }
}

/* On a new connection, and again on one that does not answer it. What an old connection received
 * and nobody has read is not named by `running`: the coordinator would believe that it never came.
 */
static bool is_ready_due(const struct saga_participant *participant)
{
    bool is_late = participant->now_ms - participant->ready_ms >= participant->heartbeat_ms;
    return participant->owes_ready ||
           (participant->is_connected && !participant->is_welcome && is_late);
}

void session_turn(struct saga_participant *participant, bool has_read_all)
{
    window_look(participant);
    MAYBE(window_tell(participant)); /* else with the next turn, and no result before it */
    if (has_read_all && is_ready_due(participant)) {
        say_ready(participant);
    }
    if (participant->is_welcome) {
        resend_due(participant);
    }
    if (participant->is_welcome &&
        participant->now_ms - participant->spoke_ms >= participant->heartbeat_ms) {
        session_begin(participant, 0, "heartbeat");
        MAYBE(session_send_out(participant));
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t session_wait_ms(const struct saga_participant *participant)
{
    int64_t now_ms = participant->now_ms;
    int64_t heard_ms = atomic_load_explicit(&participant->heard_ms, memory_order_relaxed);
    int64_t dead_ms = atomic_load_explicit(&participant->dead_ms, memory_order_relaxed);
    int64_t spoke_ms = participant->is_welcome ? participant->spoke_ms : participant->ready_ms;
    int64_t wait_ms = heard_ms + dead_ms + 1 - now_ms;
    if (participant->is_connected) {
        wait_ms = earlier(wait_ms, spoke_ms + participant->heartbeat_ms - now_ms);
    }
    const struct attempt *kept = participant->ledger.kept_first;
    if (kept && participant->is_welcome) {
        wait_ms = earlier(wait_ms, kept->sent_ms + PARTICIPANT_RESEND_MS - now_ms);
    }
    return wait_ms < 0 ? 0 : wait_ms;
}

void session_bye(struct saga_participant *participant)
{
    session_begin(participant, 0, "bye");
    MAYBE(session_send_out(participant));
}

void session_beat(struct saga_participant *participant, struct run *run)
{
    crew_take_beat(&participant->crew, run, &participant->details);
    bool has_details = participant->details.size > 0 && !buf_failed(&participant->details);
    session_begin(participant, 1, "heartbeat");
    mp_put_text(&participant->out, "running");
    mp_put_array(&participant->out, 1);
    mp_put_map(&participant->out, has_details ? 3 : 2);
    mp_put_text(&participant->out, "key");
    mp_put_str(&participant->out, span_of(run->key, run->key_size));
    mp_put_text(&participant->out, "attempt");
    mp_put_uint(&participant->out, run->current->number);
    if (has_details) {
        mp_put_text(&participant->out, "details");
        mp_put_value(&participant->out, buf_span(&participant->details));
    }
    MAYBE(session_send_out(participant));
}
