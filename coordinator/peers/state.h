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
    char *server; /* owned; for `welcome` */
    char *endpoint;
    struct wire_ops wire;
    struct peers_reader reader;
    struct desk desk;
    peers_event_fn event_fn;
    void *event_arg;
    struct fields fields;
    struct peers_stats stats;
    struct buf out; /* the message being packed */

    struct contacts contacts;
    struct instances instances;
    struct actions actions;
    struct flights flights;
    struct session *sessions[LIMIT_SESSIONS + OUTRANKED_MAX];
    uint32_t session_count;
    uint32_t outranked_count; /* of the sessions */
    uint32_t expected_count;  /* tasks that are decided, and will wait for any session */
    struct clients clients;
    struct mint mint;

    int64_t ticked_ms;    /* last tick; 0 = none yet */
    int64_t host_lead_ms; /* how much more than now_ms the host's clock shows */
    int64_t due_ms;       /* when the next look at all sessions is due */
    int64_t drained_ms;   /* draining: when the time for it is over */
    bool is_draining;
};

#endif
