/* peers.c - the doors: what the loop calls, in the order of peers.h.
 *
 * Silence is counted only over time in which we were listening. When the process was stopped, or
 * the loop busy, for longer than between two heartbeats, the messages of that time are still to be
 * read: the time is taken off every session's silence, and each has one more heartbeat's time. */
#include <stdlib.h>

#include "base/log.h"
#include "peers/parts.h"

enum { SCANS_PER_HEARTBEAT = 8 }; /* all sessions are looked at no more often */

static enum saga_error copy_texts(struct peers *peers, const struct peers_options *options)
{
    peers->server = strdup(options->server ? options->server : "");
    peers->endpoint = strdup(options->endpoint ? options->endpoint : "");
    return !peers->server || !peers->endpoint ? SAGA_NO_MEMORY : SAGA_OK;
}

enum saga_error peers_new(const struct peers_options *options, const struct wire_ops *wire,
                          const struct peers_reader *reader, const struct desk *desk,
                          struct peers **peers)
{
    PRE(options->heartbeat_ms > 0);
    PRE(options->dead_ms > options->heartbeat_ms);
    PRE(options->message_max >= 1024);
    PRE(wire->send != NULL);
    struct peers *made = calloc(1, sizeof(*made));
    if (!made) {
        return SAGA_NO_MEMORY;
    }
    made->options = *options;
    made->wire = *wire;
    if (reader) {
        made->reader = *reader;
    }
    made->desk = *desk;
    made->random = options->seed;
    made->due_ms = INT64_MAX;
    made->is_draining = options->draining;
    fields_open(&made->fields);
    buf_open(&made->out, LIMIT_MESSAGE_OUT);
    buf_open(&made->body, LIMIT_MESSAGE_OUT);
    if (copy_texts(made, options) != SAGA_OK) {
        peers_destroy(&made);
        return SAGA_NO_MEMORY;
    }
    *peers = made;
    return SAGA_OK;
}

void peers_destroy(struct peers **peers)
{
    struct peers *gone = *peers;
    *peers = NULL;
    if (!gone) {
        return;
    }
    asks_close(gone);
    flights_close(gone);
    sessions_close(gone);
    contacts_close(gone);
    buf_close(&gone->out);
    buf_close(&gone->body);
    free(gone->server);
    free(gone->endpoint);
    free(gone);
}

void peers_on_event(struct peers *peers, peers_event_fn fn, void *arg)
{
    peers->event_fn = fn;
    peers->event_arg = arg;
}

void peers_emit_flight(const struct peers *peers, enum event_kind kind, const struct flight *flight,
                       const struct session *session, int64_t now_ms)
{
    struct event event = {.kind = kind, .now_ms = now_ms};
    if (session) {
        event.ref = session->contact->ref;
        event.task.barrier = session->has_barrier;
    }
    event.task.key = flights_key(flight);
    event.task.attempt = flight->attempt;
    memcpy(event.task.token, flight->token, TOKEN_SIZE);
    peers_emit(peers, &event);
}

void peers_receive(struct peers *peers, struct span connection, struct span frame, int64_t now_ms)
{
    peers->stats.received++;
    inbound_frame(peers, connection, frame, now_ms);
}

void peers_multipart(struct peers *peers, struct span connection, int64_t now_ms)
{
    peers->stats.multipart++;
    log_line(LOG_WARN, "multipart_message", NULL);
    const struct contact *contact = contacts_find(peers, connection);
    if (contact && contact->session) {
        contact->session->seen_ms = now_ms;
    }
}

/* ---- effects ---- */

void peers_task(struct peers *peers, const struct task *task, int64_t now_ms)
{
    PRE(task->attempt >= 1);
    PRE(task->key.size > 0);
    dispatch_task(peers, task, now_ms);
}

/* The session that should be told: the flight's own, its instance's, that of the effect's ref, or
 * any of the service. */
static struct session *session_to_tell(const struct peers *peers, const struct flight *flight,
                                       const struct effect *effect)
{
    if (flight) {
        return flight->state == FLIGHT_OPEN ? flight->session : flight->instance->session;
    }
    if (effect->ref == 0) {
        return actions_any(peers, effect->call.action);
    }
    const struct contact *contact = contacts_of_ref(peers, effect->ref);
    return contact ? contact->session : NULL;
}

/* What was called off and gave no answer in its time gives its slot back: else a participant that
 * hangs on what nobody wants any more would lose its window, one slot after the other. */
static void end_slots(struct peers *peers, struct session *session, int64_t now_ms)
{
    struct flight *next = NULL;
    session->over_ms = INT64_MAX;
    for (struct flight *flight = session->flights.first; flight != NULL; flight = next) {
        next = flight->next;
        if (flight->over_ms <= now_ms) {
            flights_unlink(peers, flight);
            flights_retire(peers, flight, session->instance, now_ms);
        } else if (session->over_ms > flight->over_ms) {
            session->over_ms = flight->over_ms;
        }
    }
    dispatch_session(peers, session, now_ms);
}

void peers_cancel(struct peers *peers, const struct effect *effect, int64_t now_ms)
{
    struct flight *flight = flights_find(peers, effect->call.key, effect->call.attempt);
    if (flight && flight->state == FLIGHT_WAITING) {
        peers_emit_flight(peers, EVENT_UNTAKEN, flight, NULL, now_ms);
        flights_forget(peers, flight);
        return;
    }
    struct session *session = session_to_tell(peers, flight, effect);
    if (!session) {
        return;
    }
    outbound_cancel(peers, session, effect->call.key, effect, now_ms);
    if (flight && flight->state == FLIGHT_OPEN) {
        flight->over_ms = effect->call.over_ms;
        if (session->over_ms > flight->over_ms) {
            session->over_ms = flight->over_ms;
        }
        if (peers->due_ms > session->over_ms) {
            peers->due_ms = session->over_ms;
        }
        if (flight->over_ms <= now_ms) {
            end_slots(peers, session, now_ms);
        }
    }
}

/* A `ready` may name an attempt whose answer came before it: nothing else will free its slot. */
static void free_slot(struct peers *peers, const struct effect *effect, int64_t now_ms)
{
    struct flight *flight = flights_find(peers, effect->call.key, effect->call.attempt);
    if (flight && flight->state == FLIGHT_OPEN) {
        struct session *session = flight->session;
        flights_forget(peers, flight);
        dispatch_session(peers, session, now_ms);
    }
}

void peers_done(struct peers *peers, const struct effect *effect, int64_t now_ms)
{
    if (effect->call.verdict == VERDICT_UNKNOWN) {
        peers->stats.unknown_tokens++;
    } else {
        free_slot(peers, effect, now_ms);
    }
    struct contact *contact = contacts_of_ref(peers, effect->ref);
    if (!contact) {
        return; /* its connection is gone; the result comes again on the next */
    }
    const struct result about = {.key = effect->call.key, .attempt = effect->call.attempt};
    outbound_verdict(peers, contact, &about, effect->call.verdict, now_ms);
}

void peers_flush(struct peers *peers, int64_t now_ms)
{
    while (peers->dirty) {
        struct contact *contact = peers->dirty;
        peers->dirty = contact->next_dirty;
        contact->next_dirty = NULL;
        contact->is_dirty = false;
        outbound_done(peers, contact, now_ms);
    }
}

/* ---- time ---- */

/* Takes the time in which we did not listen off every session's silence. */
static void forgive(struct peers *peers, int64_t now_ms)
{
    int64_t gap_ms = peers->ticked_ms == 0 ? 0 : now_ms - peers->ticked_ms;
    peers->ticked_ms = now_ms;
    if (gap_ms * 2 <= peers->options.heartbeat_ms * 3) {
        return;
    }
    int64_t excess_ms = gap_ms - peers->options.heartbeat_ms;
    int64_t earliest_ms = now_ms - peers->options.dead_ms + peers->options.heartbeat_ms;
    for (uint32_t i = 0; i < peers->session_count; i++) {
        struct session *session = peers->sessions[i];
        session->seen_ms += excess_ms;
        session->opened_ms += excess_ms;
        if (session->seen_ms < earliest_ms) {
            session->seen_ms = earliest_ms;
        }
        if (session->seen_ms > now_ms) {
            session->seen_ms = now_ms;
        }
    }
}

/* Gives when the session next needs a look. */
static int64_t look_at(struct peers *peers, struct session *session, int64_t now_ms)
{
    const struct peers_options *options = &peers->options;
    if (now_ms - session->seen_ms >= options->dead_ms) {
        sessions_lose(peers, session, "silent", now_ms);
        return INT64_MAX;
    }
    if (now_ms - session->sent_ms >= options->heartbeat_ms) {
        outbound_heartbeat(peers, session, now_ms);
    }
    if (session->is_doubted && session->is_proved) {
        sessions_untake(peers, session, now_ms);
    }
    if (session->over_ms <= now_ms) {
        end_slots(peers, session, now_ms);
    }
    int64_t due_ms = session->sent_ms + options->heartbeat_ms;
    if (session->over_ms < due_ms) {
        due_ms = session->over_ms;
    }
    if (session->seen_ms + options->dead_ms < due_ms) {
        due_ms = session->seen_ms + options->dead_ms;
    }
    if (session->stalled_until_ms <= now_ms) {
        dispatch_session(peers, session, now_ms);
    } else if (session->stalled_until_ms < due_ms) {
        due_ms = session->stalled_until_ms;
    }
    return due_ms;
}

void peers_tick(struct peers *peers, int64_t now_ms)
{
    forgive(peers, now_ms);
    if (now_ms < peers->due_ms) {
        return;
    }
    flights_expire(peers, now_ms);
    int64_t due_ms = INT64_MAX;
    peers->due_ms = INT64_MAX;
    /* From the last, for a session that is lost is replaced by the last. */
    for (uint32_t i = peers->session_count; i > 0; i--) {
        int64_t session_ms = look_at(peers, peers->sessions[i - 1], now_ms);
        if (session_ms < due_ms) {
            due_ms = session_ms;
        }
    }
    if (peers->past_first && peers->past_first->past_ms + PAST_MS < due_ms) {
        due_ms = peers->past_first->past_ms + PAST_MS;
    }
    int64_t soonest_ms = now_ms + peers->options.heartbeat_ms / SCANS_PER_HEARTBEAT;
    if (due_ms < soonest_ms) {
        due_ms = soonest_ms;
    }
    /* Sends that met a full pipe meanwhile asked to come back sooner. */
    if (due_ms < peers->due_ms) {
        peers->due_ms = due_ms;
    }
}

int64_t peers_next_due(const struct peers *peers)
{
    return peers->due_ms;
}

void peers_drain(struct peers *peers, int64_t after_ms, int64_t now_ms)
{
    peers->is_draining = true;
    peers->drained_ms = now_ms + after_ms;
    for (uint32_t i = 0; i < peers->session_count; i++) {
        outbound_drain(peers, peers->sessions[i], after_ms, now_ms);
    }
}

/* ---- looking on ---- */

void peers_stats(const struct peers *peers, struct peers_stats *stats)
{
    *stats = peers->stats;
    stats->sessions = peers->session_count;
    stats->queued = peers->waiting_count;
    stats->in_flight = peers->open_count;
}

void peers_each_session(const struct peers *peers,
                        void (*fn)(const struct peers_session *session, void *arg), void *arg)
{
    for (uint32_t i = 0; i < peers->session_count; i++) {
        const struct session *session = peers->sessions[i];
        const struct peers_session shown = {
            .instance = span_of(session->instance->name, session->instance->name_size),
            .actions = session->action_names,
            .action_count = session->action_count,
            .window = session->window,
            .in_flight = session->in_flight,
            .barrier = session->has_barrier,
            .seen_ms = session->seen_ms,
        };
        fn(&shown, arg);
    }
}
