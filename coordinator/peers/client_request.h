/* client_request.h - reads what a client asks for: a message becomes a struct request for the desk.
 *
 * A request outlives its frame: the frame is copied, and the spans of the request point into the
 * copy. */
#ifndef PEERS_CLIENT_REQUEST_H
#define PEERS_CLIENT_REQUEST_H

#include "base/arena.h"
#include "peers/contacts.h"
#include "peers/fields.h"
#include "peers/mint.h"
#include "peers/peers.h"

enum {
    /* A frame of at most so many bytes is copied into the struct itself, without malloc(). */
    SMALL_SIZE = 1024,
    HISTORY_MAX = 1000, /* records of one reply, also when the client does not say */
};

/* One open request of a client. */
struct client_request {
    uint32_t magic;
    enum wire_type type;
    struct request request;
    struct peers *peers;
    struct client_request *prev;
    struct client_request *next;
    struct span name;       /* the client's own name for the request: `request` */
    struct peers_look look; /* the saga that is read for the answer to `get` or `wait` */
    size_t size;            /* bytes by which this request counts in clients->bytes */
    uint8_t *copy;          /* copy of the frame: `small`, or allocated */
    /* Memory for what is read from a request about an open saga; not opened (no source) for other
     * requests. */
    struct arena arena;
    uint8_t minted[UUID_TEXT];
    uint32_t connection_size;
    uint8_t connection[CONNECTION_MAX];
    uint8_t small[SMALL_SIZE];
};

/* The message from which a request is read, and what else is needed to read it. */
struct request_source {
    const struct fields *fields;
    const struct message *message;
    struct span frame; /* where the spans of the message lie */
    struct mint *mint; /* makes the ids of sagas to which the client gives none */
    int64_t host_ms;   /* the time by the host's clock, for minted ids */
};

/* The type is start, wait, finish or event; the copy of the frame is made. On an error, which the
 * client is told with *why (a literal, NULL = the error's own sentence), the request is not
 * filled. */
MUST_CHECK enum saga_error client_request_fill(struct client_request *asked,
                                               const struct request_source *source,
                                               const char **why);

#endif
