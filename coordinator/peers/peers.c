/* peers.c - the doors: what the loop calls, in the order of peers.h. */
#include "peers/peers.h"

#include <stdlib.h>

#include "base/log.h"
#include "peers/dispatch.h"
#include "peers/inbound.h"
#include "peers/outbound.h"
#include "peers/placing.h"
#include "peers/sessions.h"
#include "peers/silence.h"
#include "peers/slots.h"
#include "saga/task.h"

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
    made->mint.random = options->seed;
    made->flights.actions = &made->actions;
    made->flights.instances = &made->instances;
    made->due_ms = INT64_MAX;
    made->is_draining = options->draining;
    fields_open(&made->fields);
    buf_open(&made->out, LIMIT_MESSAGE_OUT);
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
    clients_close(&gone->clients);
    flights_close(&gone->flights);
    sessions_close(gone);
    instances_close(&gone->instances);
    actions_close(&gone->actions);
    contacts_close(&gone->contacts);
    buf_close(&gone->out);
    free(gone->server);
    free(gone->endpoint);
    free(gone);
}

void peers_on_event(struct peers *peers, peers_event_fn fn, void *arg)
{
    peers->event_fn = fn;
    peers->event_arg = arg;
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
    const struct contact *contact = contacts_find(&peers->contacts, connection);
    if (contact && contact->session) {
        contact->session->seen_ms = now_ms;
    }
}

/* ---- effects ---- */

struct peers_place peers_where(const struct peers *peers, struct span key, uint32_t attempt)
{
    const struct flight *flight = flights_find(&peers->flights, key, attempt);
    struct peers_place place = {0};
    if (flight && flight->state == FLIGHT_WAITING) {
        place.is_unserved = flight->action && flight->action->session_count == 0;
    } else if (flight) {
        bool is_open = flight->state == FLIGHT_OPEN;
        place.instance = instance_name(is_open ? flight->session->instance : flight->instance);
    }
    return place;
}

struct placed peers_choose(struct span action, enum task_kind kind, int64_t now_ms, void *arg)
{
    PRE(arg != NULL);
    return placing_choose(arg, action, kind, now_ms);
}

void peers_give_back(struct span action, enum task_kind kind, uint64_t session, void *arg)
{
    PRE(arg != NULL);
    placing_give_back(arg, action, kind, session);
}

void peers_task(struct peers *peers, const struct task *task, int64_t now_ms)
{
    PRE(task->attempt >= 1);
    PRE(task->key.size > 0);
    dispatch_task(peers, task, now_ms);
}

void peers_cancel(struct peers *peers, const struct effect *effect, int64_t now_ms)
{
    slots_cancel(peers, effect, now_ms);
}

void peers_done(struct peers *peers, const struct effect *effect, int64_t now_ms)
{
    if (effect->call.verdict == VERDICT_UNKNOWN) {
        peers->stats.unknown_tokens++;
    } else {
        slots_done(peers, effect, now_ms);
    }
    struct contact *contact = contacts_of_ref(&peers->contacts, effect->ref);
    if (!contact) {
        /* The connection of the participant is gone: it will send the result again on its next one,
         * and get the verdict there. */
        return;
    }
    const struct result about = {.key = effect->call.key, .attempt = effect->call.attempt};
    outbound_verdict(peers, contact, &about, effect->call.verdict, now_ms);
}

void peers_flush(struct peers *peers, int64_t now_ms)
{
    for (struct contact *contact; (contact = contacts_take_untold(&peers->contacts)) != NULL;) {
        outbound_done(peers, contact, now_ms);
    }
}

/* ---- time ---- */

void peers_tick(struct peers *peers, int64_t now_ms)
{
    silence_tick(peers, now_ms);
}

int64_t peers_next_due(const struct peers *peers)
{
    return peers->due_ms;
}

void peers_set_host(struct peers *peers, int64_t host_lead_ms)
{
    peers->host_lead_ms = host_lead_ms;
}

void peers_drain(struct peers *peers, int64_t after_ms, int64_t now_ms)
{
    sessions_drain(peers, after_ms, now_ms);
}

/* ---- looking on ---- */

void peers_stats(const struct peers *peers, struct peers_stats *stats)
{
    *stats = peers->stats;
    stats->sessions = peers->session_count - peers->outranked_count;
    stats->queued = peers->flights.waiting_count;
    stats->in_flight = peers->flights.open_count;
}

void peers_each_session(const struct peers *peers,
                        void (*fn)(const struct peers_session *session, void *arg), void *arg)
{
    for (uint32_t i = 0; i < peers->session_count; i++) {
        const struct session *session = peers->sessions[i];
        if (session->is_outranked) {
            continue;
        }
        const struct peers_session shown = {
            .instance = instance_name(session->instance),
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
