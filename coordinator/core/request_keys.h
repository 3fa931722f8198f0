/* request_keys.h - looks up the idempotency keys of requests: new, on their way to the store, or
 * known. */
#ifndef CORE_REQUEST_KEYS_H
#define CORE_REQUEST_KEYS_H

#include "base/span.h"

struct core;
struct request;

/* Is the idempotency key of the request new? If not, the request is answered, or waits until the
 * first request with that key is durable. */
bool request_keys_is_new(struct core *core, struct request *request, struct span key,
                         const uint8_t *digest);

/* To be called after the engine has put the key into the batch, among the names from the index
 * names_before on: until the batch is durable, other requests with that key wait. */
void request_keys_remember(struct core *core, struct span key, uint32_t names_before);

#endif
