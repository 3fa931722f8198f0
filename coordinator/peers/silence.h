/* silence.h - time passes: heartbeats leave, silent sessions are lost.
 *
 * Silence is counted only over time in which we were listening. When the process was stopped, or
 * the loop busy, for longer than between two heartbeats, the messages of that time are still to be
 * read: the time is taken off every session's silence, and each has one more heartbeat's time. */
#ifndef PEERS_SILENCE_H
#define PEERS_SILENCE_H

#include "peers/state.h"

/* As peers_tick(): looks at all sessions when that is due, and sets peers->due_ms. */
void silence_tick(struct peers *peers, int64_t now_ms);

#endif
