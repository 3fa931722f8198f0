/* emit.c - fills in what events about attempts have in common. */
#include "peers/emit.h"

#include "engine/event.h"
#include "saga/task.h"

void emit_event(const struct peers *peers, const struct event *event)
{
    if (peers->event_fn) {
        peers->event_fn(event, peers->event_arg);
    }
}

void emit_flight(const struct peers *peers, enum event_kind kind, const struct flight *flight,
                 const struct session *session, int64_t now_ms)
{
    PRE(flight->attempt >= 1);
    struct event event = {.kind = kind, .now_ms = now_ms};
    if (session) {
        event.ref = session->contact->ref;
        event.task.barrier = session->has_barrier;
    }
    event.task.key = flight_key(flight);
    event.task.attempt = flight->attempt;
    memcpy(event.task.token, flight->token, TOKEN_SIZE);
    emit_event(peers, &event);
}

void emit_untaken(const struct peers *peers, const struct task *task, int64_t now_ms)
{
    struct event event = {.kind = EVENT_UNTAKEN, .now_ms = now_ms};
    event.task.key = task->key;
    event.task.attempt = task->attempt;
    memcpy(event.task.token, task->token, TOKEN_SIZE);
    emit_event(peers, &event);
}
