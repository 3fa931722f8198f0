/* request_digest.h - the identity of a start: the same request gives the same digest, by wire and
 * by HTTP alike. */
#ifndef STORE_REQUEST_DIGEST_H
#define STORE_REQUEST_DIGEST_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

/* SHA-256 over what makes a start the same start. input and labels are msgpack, compared as
 * RFC 8785 prints them: 1 and 1.0, and maps in any order, are the same. An empty input is nil,
 * labels without entries are no labels, a version of 0 is "the newest". SAGA_BAD_MESSAGE when a
 * value is not one of the data model, SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error request_digest(struct span definition, uint32_t version_as_given,
                                          struct span input, struct span labels,
                                          int64_t start_at_ms, uint8_t digest[32]);

#endif
