/* clients.h - requests of clients: each goes to the desk, and its answer comes back as a `reply` or
 * an `error`.
 *
 * Many may be open at once, bounded in number and in bytes. What `get` and `wait` show is read by
 * somebody else (struct peers_look). */
#ifndef PEERS_CLIENTS_H
#define PEERS_CLIENTS_H

#include "peers/client_request.h"

enum {
    REQUEST_MAX = 255,                     /* bytes of a client's name for its request */
    CLIENTS_BYTES_MAX = 256 * 1024 * 1024, /* bytes that all open requests may hold together */
    CLIENTS_FREE_MAX = 10000,              /* structs client_request that are kept for reuse */
};

struct clients {
    struct client_request *open;
    struct client_request *free;
    uint32_t open_count;
    uint32_t free_count;
    size_t bytes;
};

/* Handles a message of a client: opens a request and begins to answer it, or sends an error at
 * once. The caller has made sure that `request` has at most REQUEST_MAX bytes. */
void clients_message(struct peers *peers, struct span connection, struct span frame,
                     const struct message *message, int64_t now_ms);
void clients_close(struct clients *clients);

#endif
