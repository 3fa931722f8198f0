/* emit.h - events for the engine, handed to whoever peers_on_event() named. */
#ifndef PEERS_EMIT_H
#define PEERS_EMIT_H

#include "engine/event.h"
#include "peers/state.h"

void emit_event(const struct peers *peers, const struct event *event);
/* Tells the engine of an event about an attempt. session: the one that the attempt was sent to, or
 * whose `ready` named it; NULL: the attempt has not been sent. */
void emit_flight(const struct peers *peers, enum event_kind kind, const struct flight *flight,
                 const struct session *session, int64_t now_ms);
/* Tells the engine UNTAKEN for a task of which there is no flight: it was never sent, and the
 * engine decides anew. */
void emit_untaken(const struct peers *peers, const struct task *task, int64_t now_ms);

#endif
