/* state.h - struct peers: the one that all decisions about sessions and tasks are taken on.
 *
 *   contact    a connection that we know            found by its name or by its ref
 *   session    what a participant opened on it      has a window, offers actions
 *   instance   the process behind it                outlives its session, to be known again
 *   action     "flights.book"                       who offers it, and what waits for it
 *   flight     one attempt here                     waiting for a window, open, or past
 *
 * Each of them has a file that knows nothing of this struct. All of it belongs to the loop's
 * thread. */
#ifndef PEERS_STATE_H
#define PEERS_STATE_H

#include "peers/clients.h"
#include "peers/contacts.h"
#include "peers/fields.h"
#include "peers/flights.h"
#include "peers/mint.h"
#include "peers/peers.h"

struct peers {
    struct peers_options options;
    char *server; /* owned; the version text that `welcome` tells */
    char *endpoint;
    struct wire_ops wire;
    struct peers_reader reader;
    struct desk desk;
    peers_event_fn event_fn;
    void *event_arg;
    struct fields fields;
    struct peers_stats stats;
    struct buf out; /* the message that is being packed, one at a time */

    struct contacts contacts;
    struct instances instances;
    struct actions actions;
    struct flights flights;
    struct session *sessions[LIMIT_SESSIONS + OUTRANKED_MAX];
    uint32_t session_count;
    uint32_t outranked_count; /* how many of the sessions are outranked (sessions.h) */
    /* Tasks that are decided, are on their way to the disk, and will go to any session
     * (placing.h). */
    uint32_t expected_count;
    struct clients clients;
    struct mint mint;

    int64_t ticked_ms;    /* when the last tick was; 0 = none yet */
    int64_t host_lead_ms; /* by how many ms the host's clock is ahead of now_ms */
    int64_t due_ms;       /* when all sessions must be looked at next (silence.h) */
    /* While the coordinator drains: when the coordinator goes away, as it has told the sessions. */
    int64_t drained_ms;
    bool is_draining;
};

#endif
