/* client.h - the inside of a client: a socket, and the requests that wait for their answers. */
#ifndef PARTICIPANTS_CLIENT_H
#define PARTICIPANTS_CLIENT_H

#include <zmq.h>

#include "base/buf.h"
#include "participants/answer.h"
#include "participants/ids.h"
#include "participants/link.h"

/* One request, from its sending to its answer. The request's name on the wire is a number, and that
 * number modulo request_count is the place in the table: an answer finds its request at once, and a
 * second answer to it finds none. */
struct request {
    uint64_t name;       /* 0 = free */
    struct buf packed;   /* to be sent again */
    void *tag;           /* of an asynchronous start */
    int64_t sent_ms;     /* the last time */
    int64_t deadline_ms; /* then the caller is told that no answer came */
    bool is_async;
};

/* Belongs to one thread. */
struct saga_client {
    void *context; /* of libzmq */
    void *socket;
    void *watch; /* tells of its connections (link.h) */
    struct link_address address;
    uint32_t timeout_ms;
    uint32_t request_count;
    struct request *requests; /* owned: request_count */
    uint32_t *free_places;    /* owned: a stack of places in requests */
    uint32_t free_count;
    uint32_t async_count;
    uint64_t rounds; /* of names */
    zmq_msg_t frame; /* the last answer: replies borrow from it */
    struct ids ids;
    struct saga_answer answer;     /* what the work of an open saga's step said last */
    struct saga_reply *sync_reply; /* where the answer of a synchronous call goes */
    uint64_t sync_name;            /* of its request; 0: it is answered */
    int64_t looked_ms;             /* when the requests were last looked after */
    bool was_connected;            /* the socket has or had a connection */
};

#endif
