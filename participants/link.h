/* link.h - a DEALER socket to the coordinator, with the options that every peer must set.
 *
 * No routing id is ever set: reused ids lose messages. */
#ifndef PARTICIPANTS_LINK_H
#define PARTICIPANTS_LINK_H

#include "base/check.h"
#include "base/span.h"
#include "saga.h"

enum {
    LINK_ENDPOINT_MAX = 256, /* characters of an endpoint, with the NUL */
    LINK_KEY_SIZE = 41,      /* a CURVE key in Z85, with the NUL */
    LINK_BATCH_MAX = 256,    /* messages read before anything else gets its turn */
    LINK_LINGER_MS = 1000,   /* what was said last still gets out */
};

/* Where to connect, and as whom. Owns copies. */
struct link_address {
    char endpoint[LINK_ENDPOINT_MAX];
    char server_public[LINK_KEY_SIZE]; /* "" without CURVE */
    char own_public[LINK_KEY_SIZE];
    char own_secret[LINK_KEY_SIZE];
};

/* SAGA_INVALID: too long, or some keys but not all, or not 40 characters. endpoint may be NULL. */
MUST_CHECK enum saga_error link_address(const char *endpoint, const struct saga_keys *keys,
                                        struct link_address *address);
/* A socket that connects in the background and queues up to message_max messages each way.
 * SAGA_INVALID: the endpoint is not one; SAGA_NO_MEMORY: no more sockets. */
MUST_CHECK enum saga_error link_open(void *context, const struct link_address *address,
                                     int message_max, void **socket);
/* Sets *socket to NULL. What is still queued goes out within linger_ms while the context ends. */
void link_close(void **socket, int linger_ms);
/* False when the queue is full; nothing was sent then. */
bool link_send(void *socket, struct span message);

#endif
