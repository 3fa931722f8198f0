/* headers.h - what the headers of a request say. */
#ifndef API_HEADERS_H
#define API_HEADERS_H

#include <stdbool.h>

#include "base/digest.h"

struct http_call;

/* NULL when there is none of this name. */
const char *headers_text(const struct http_call *call, const char *name);
/* NULL, or why it is not sure where the request ends: two lengths, a length and an encoding, an
 * encoding that is not known, a name with a blank. Somebody in between may see another end. */
const char *headers_misframed(const struct http_call *call);
/* How often is it there? */
uint32_t headers_count(const struct http_call *call, const char *name);
/* Prefer: wait=SECONDS, in ms; 0 = not asked for. */
int64_t headers_wait_ms(const struct http_call *call);
/* Idempotency-Key, as a name of the store that is the caller's own; empty when none was given. Sets
 * digest to that of the request: the same key with another request is refused. False when a problem
 * was answered. */
bool headers_once(struct http_call *call, struct span *key, uint8_t digest[DIGEST_SIZE]);
/* If-Match: the `seq` that the saga must have; 0 = any. One strong tag or `*`; a weak one matches
 * nothing, a list is refused. False when a problem was answered. */
bool headers_if_match(struct http_call *call, uint64_t *seq);
/* If-None-Match: does the client have already what the response is about to say? */
bool headers_is_known(const struct http_call *call);

#endif
