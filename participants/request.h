/* request.h - requests: packed, sent, and sent again until they are answered.
 *
 *     struct request *request = request_take(client, false);
 *     request_begin(request, "get", 1);
 *     request_text(request, "saga", id);
 *     return request_call(client, request, 0, reply);
 *
 * A request that is sent again has its effect once: so the protocol promises, for all but a start
 * without an id. */
#ifndef PARTICIPANTS_REQUEST_H
#define PARTICIPANTS_REQUEST_H

#include "base/check.h"
#include "participants/client.h"

/* A free one, or NULL: too many are open. One place is kept for synchronous calls. */
struct request *request_take(struct saga_client *client, bool is_async);
/* Begins the message; so many pairs follow beside v, type and request. */
void request_begin(struct request *request, const char *type, uint32_t pairs);
void request_text(struct request *request, const char *key, const char *text);
void request_number(struct request *request, const char *key, int64_t number);
/* Nil when there is none. */
void request_value(struct request *request, const char *key, struct saga_value value);
/* Sends the request; after the client's time-out and wait_ms it is given up. Unless SAGA_OK,
 * nothing was sent and the request is free again: SAGA_INVALID, the coordinator would not take the
 * message; SAGA_TOO_LARGE; SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error request_send(struct saga_client *client, struct request *request,
                                        int64_t wait_ms);
/* How long a call waits for the end of its saga: as the caller says, or as long as calls last; 0
 * when it does not wait for that. */
int64_t request_wait_ms(const struct saga_client *client, enum saga_wait wait, int64_t wait_ms);
/* Sends the request, waits for its answer, and returns the answer's error, as in the reply. */
MUST_CHECK enum saga_error request_call(struct saga_client *client, struct request *request,
                                        int64_t wait_ms, struct saga_reply *reply);
/* A request for a synchronous call, or NULL, and SAGA_CONFLICT in the reply: asynchronous starts
 * are open. */
struct request *request_take_call(struct saga_client *client, struct saga_reply *reply);
/* Reads the answers that are there. Gives how many requests were answered. */
size_t request_read(struct saga_client *client, saga_reply_fn *callback, void *arg);
/* Sends again what is unanswered and gives up what is out of time, now and then. Gives how many
 * were given up. */
size_t request_look_after(struct saga_client *client, saga_reply_fn *callback, void *arg);

#endif
