/* request_digest.h - the identity of a start: the same request gives the same digest, by wire and
 * by HTTP alike. */
#ifndef STORE_REQUEST_DIGEST_H
#define STORE_REQUEST_DIGEST_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

/* Two requests to start a saga are the same request if all of these are equal. */
struct request_facts {
    struct span definition; /* name of the definition that the saga runs */
    uint32_t version;       /* as given; 0 = none given: the newest */
    struct span input;      /* msgpack; empty = nil */
    struct span labels;     /* msgpack map; empty or without entries = none */
    int64_t start_at_ms;    /* 0 = none given */
};

/* SHA-256 over the facts. input and labels are compared as RFC 8785 prints them: 1 and 1.0, and
 * maps in any order, are the same. SAGA_BAD_MESSAGE when a value is not one of the data model,
 * SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error request_digest(const struct request_facts *facts, uint8_t digest[32]);

/* Two requests to begin an open saga are the same request if all of these are equal. */
struct begin_facts {
    struct span name;
    struct span input;  /* as above */
    struct span labels; /* as above */
    int64_t timeout_ms;
};

/* SHA-256 over the facts of a begin, with the errors of request_digest(); it never equals the
 * digest of a start. */
MUST_CHECK enum saga_error request_digest_begin(const struct begin_facts *facts,
                                                uint8_t digest[32]);

#endif
