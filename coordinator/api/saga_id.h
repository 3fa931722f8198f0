/* saga_id.h - the id of a saga whose caller gave none. */
#ifndef API_SAGA_ID_H
#define API_SAGA_ID_H

#include "base/span.h"

struct http_call;

/* Made of the idempotency key, so that the same key means the same saga for ever; else one that
 * nobody has had. Empty: no memory. */
struct span saga_id_make(struct http_call *call, struct span key);

#endif
