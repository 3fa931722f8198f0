/* start_request.h - a request to start a saga, of a client or of a parent saga. */
#ifndef ENGINE_START_REQUEST_H
#define ENGINE_START_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct definition;

struct start_request {
    /* the saga keeps this pointer: definitions never change while the process runs */
    const struct definition *definition;
    /* of an open saga: the name that stands in place of a definition's; else empty */
    struct span open_name;
    struct span terms; /* of an open saga: its terms, a msgpack map, see open_terms.h */
    /* the saga's external id; the adapter makes one when the caller gave none */
    struct span name;
    struct span input;       /* the saga's input as msgpack; empty = nil */
    struct span labels;      /* the saga's labels, a msgpack map of strings; empty = none */
    int64_t start_at_ms;     /* the time of day at which the first step may begin; 0 = now */
    struct span traceparent; /* the caller's W3C trace context, checked; or empty */
    struct span tracestate;
    struct span actor;
    /* of the whole request: a repeated start with the same digest gets the same answer */
    uint8_t digest[32];
    /* idempotency key of the request, as a name of the store (0x01 and the key); or empty */
    struct span key;
    uint8_t key_digest[32];
    /* the inbox event that starts the saga, see event_value_put(); empty = none */
    struct span event;
    uint64_t event_number; /* that event's number in the inbox */
    bool is_child;         /* a parent starts the saga: nobody waits for a reply */
    bool shares_lock;      /* the saga's parent has a concurrency key, or shares one */
    struct span lock;      /* set by the engine alone: the concurrency key, as text */
};

#endif
