/* start_post.h - how a start ends that was read: of a defined saga, or of an open one. */
#ifndef API_START_POST_H
#define API_START_POST_H

#include "base/error.h"
#include "base/span.h"

struct http_call;

/* Posts call->request.start, which was read, with its digest, under the id that the caller gave.
 * given empty: one is made, of the idempotency key, so that the same key means the same saga for
 * ever; without a key one that nobody has had. digested: what making the digest gave. */
void start_post(struct http_call *call, struct span given, enum saga_error digested);

#endif
