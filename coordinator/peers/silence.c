/* silence.c - one look at all sessions, no more often than any of them can be due. */
#include "peers/silence.h"

#include "peers/dispatch.h"
#include "peers/outbound.h"
#include "peers/sessions.h"
#include "peers/slots.h"

/* How often all sessions are looked at in the time between two heartbeats, at most. */
enum { SCANS_PER_HEARTBEAT = 8 };

static int64_t earlier(int64_t one_ms, int64_t other_ms)
{
    return one_ms < other_ms ? one_ms : other_ms;
}

static int64_t later(int64_t one_ms, int64_t other_ms)
{
    return one_ms > other_ms ? one_ms : other_ms;
}

/* When more than one and a half heartbeat intervals passed since the last tick, this process was
 * not reading: takes that time off the silence of each session. */
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
        session->ranked_ms += excess_ms;
        session->seen_ms = earlier(later(session->seen_ms, earliest_ms), now_ms);
    }
}

/* Does for a session what is due: heartbeat, judgement, slots to free, or its end after silence.
 * Gives the time at which the session must be looked at next. */
static int64_t look_at(struct peers *peers, struct session *session, int64_t now_ms)
{
    const struct peers_options *options = &peers->options;
    if (now_ms - session->seen_ms >= options->dead_ms) {
        sessions_silent(peers, session, now_ms);
        return INT64_MAX;
    }
    if (now_ms - session->sent_ms >= options->heartbeat_ms) {
        outbound_heartbeat(peers, session, now_ms);
    }
    if (sessions_judged_ms(peers, session) <= now_ms) {
        sessions_judge(peers, session, now_ms);
    }
    if (session->over_ms <= now_ms) {
        slots_end(peers, session, now_ms);
    }
    int64_t due_ms = session->sent_ms + options->heartbeat_ms;
    due_ms = earlier(due_ms, session->over_ms);
    due_ms = earlier(due_ms, sessions_judged_ms(peers, session));
    due_ms = earlier(due_ms, session->seen_ms + options->dead_ms);
    if (session->stalled_until_ms <= now_ms) {
        dispatch_session(peers, session, now_ms);
        return due_ms;
    }
    return earlier(due_ms, session->stalled_until_ms);
}

void silence_tick(struct peers *peers, int64_t now_ms)
{
    forgive(peers, now_ms);
    if (now_ms < peers->due_ms) {
        return;
    }
    flights_expire(&peers->flights, now_ms);
    int64_t due_ms = INT64_MAX;
    peers->due_ms = INT64_MAX;
    /* From the last one on, for the place of a session that ends is taken by the last session; more
     * than one session may end. */
    for (uint32_t i = peers->session_count; i > 0; i--) {
        if (i <= peers->session_count) {
            due_ms = earlier(due_ms, look_at(peers, peers->sessions[i - 1], now_ms));
        }
    }
    due_ms = earlier(due_ms, flights_next_due(&peers->flights));
    due_ms = later(due_ms, now_ms + peers->options.heartbeat_ms / SCANS_PER_HEARTBEAT);
    /* Sends that met a full pipe during this look have set an earlier time. */
    peers->due_ms = earlier(due_ms, peers->due_ms);
}
