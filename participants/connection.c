/* connection.c - the life of a socket and of its connections.
 *
 *     open --up--> connected --down--> (libzmq tries again) --up--> connected, owes `ready`
 *       ^                                                               |
 *       +--- silence of dead_ms: a new socket, nothing queued begins ---+
 *
 * The first `ready` of a socket is queued when the socket is opened, and leaves with the first
 * connection. On each later connection another `ready` is owed, and said once all that the old
 * connection brought is read. */
#include "participants/connection.h"

#include "participants/ready.h"

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
    /* Wide enough for every result that is kept: one that finds no room in the queue waits for 5 s.
     */
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

enum saga_error connection_open(struct saga_participant *participant)
{
    disconnect(participant, 0);
    atomic_store_explicit(&participant->heard_ms, participant->now_ms, memory_order_relaxed);
    enum saga_error rc = open_socket(participant);
    if (rc == SAGA_OK) {
        ready_say(participant); /* leaves with the first connection */
    }
    return rc;
}

void connection_close(struct saga_participant *participant, uint32_t linger_ms)
{
    bool is_heard = participant->is_connected; /* without a connection no message will get out */
    disconnect(participant, is_heard ? (int)linger_ms : 0);
}

/* ---- the connection ---- */

static void come_up(struct saga_participant *participant)
{
    /* The `ready` of a first connection was queued when the socket was opened. */
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
        participant->said_waiting = true; /* the notice below says as much */
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

void connection_watch(struct saga_participant *participant)
{
    while (participant->watch) {
        enum link_event event = link_next_event(participant->watch);
        if (event == LINK_EVENT_NONE) {
            return;
        }
        hear_event(participant, event);
    }
}

void connection_renew(struct saga_participant *participant)
{
    lose(participant);
    say_waiting(participant);
    MAYBE(connection_open(participant) == SAGA_OK); /* a failure is tried again after dead_ms */
}
