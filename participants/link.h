/* link.h - a DEALER socket to the coordinator, with the options that every peer must set, and what
 * is heard of its connections.
 *
 * No routing id is ever set: reused ids lose messages. A socket outlives its connections: libzmq
 * connects it again by itself, and what was read of the old connection stays in it. */
#ifndef PARTICIPANTS_LINK_H
#define PARTICIPANTS_LINK_H

#include "base/check.h"
#include "base/span.h"
#include "saga.h"

enum {
    LINK_ENDPOINT_MAX = 256, /* characters of an endpoint, with the NUL */
    LINK_KEY_SIZE = 41,      /* a CURVE key in Z85, with the NUL */
    LINK_BATCH_MAX = 256,    /* messages read before anything else gets its turn */
    LINK_LINGER_MS = 1000,   /* for messages still queued when a socket is closed */
};

/* Where to connect, and as whom. Owns copies. */
struct link_address {
    char endpoint[LINK_ENDPOINT_MAX];
    char server_public[LINK_KEY_SIZE]; /* "" without CURVE */
    char own_public[LINK_KEY_SIZE];
    char own_secret[LINK_KEY_SIZE];
};

/* Milliseconds since the host was started, with the time that the host slept: for all durations in
 * libsaga. A participant that was asleep must know that its coordinator was not. */
int64_t link_now_ms(void);
/* The endpoint is the one given, else that in the environment's SAGAD_ENDPOINT, else SAGA_ENDPOINT.
 * SAGA_INVALID: too long, or some keys but not all, or not 40 characters. */
MUST_CHECK enum saga_error link_address(const char *endpoint, const struct saga_keys *keys,
                                        struct link_address *address);
/* A socket that does not connect yet, and queues up to message_max messages each way.
 * SAGA_NO_MEMORY: no more sockets. */
MUST_CHECK enum saga_error link_open(void *context, const struct link_address *address,
                                     int message_max, void **socket);
/* Connects in the background. SAGA_INVALID: the endpoint is not one. */
MUST_CHECK enum saga_error link_connect(void *socket, const struct link_address *address);
/* Sets *socket to NULL. What is still queued goes out within linger_ms while the context ends. */
void link_close(void **socket, int linger_ms);
/* False when the queue is full; nothing was sent then. */
bool link_send(void *socket, struct span message);

/* What happens to the connections of a socket. */
enum link_event {
    LINK_EVENT_NONE,    /* nothing more has happened */
    LINK_EVENT_UP,      /* a connection was made: queued messages leave */
    LINK_EVENT_DOWN,    /* the connection is gone */
    LINK_EVENT_ALONE,   /* nobody answers at the endpoint; libzmq tries again */
    LINK_EVENT_REFUSED, /* the endpoint answers and refuses the handshake; libzmq tries again */
};

/* Opens *watch, a socket that becomes readable when something happens to the connections of
 * `socket`. Call it before link_connect(). Close *watch with link_close(), after `socket`. Each
 * socket of a context has its own `number`. SAGA_NO_MEMORY: no more sockets. */
MUST_CHECK enum saga_error link_watch(void *context, void *socket, uint32_t number, void **watch);
/* The next thing that happened. When LINK_EVENT_UP of a new connection is heard, all that the old
 * connection received is in the socket already. */
enum link_event link_next_event(void *watch);

#endif
