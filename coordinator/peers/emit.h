/* emit.h - events for the engine, handed to whoever peers_on_event() named. */
#ifndef PEERS_EMIT_H
#define PEERS_EMIT_H

#include "engine/event.h"
#include "peers/state.h"

void emit_event(const struct peers *peers, const struct event *event);
/* An event about an attempt. session: the session that the attempt was sent to, or that named it;
 * NULL when the attempt has not left yet. */
void emit_flight(const struct peers *peers, enum event_kind kind, const struct flight *flight,
                 const struct session *session, int64_t now_ms);
/* A task of which there is no flight: it never left, and the engine decides anew. */
void emit_untaken(const struct peers *peers, const struct task *task, int64_t now_ms);

#endif
