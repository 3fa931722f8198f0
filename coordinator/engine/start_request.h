/* start_request.h - the start of a saga, as a client or a parent asks for it. */
#ifndef ENGINE_START_REQUEST_H
#define ENGINE_START_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct definition;

struct start_request {
    const struct definition *definition; /* kept: immutable for the process's life */
    struct span open_name;   /* a begin: what stands where a definition's name would; else empty */
    struct span terms;       /* a begin: msgpack map, see open_terms.h */
    struct span name;        /* external id; made by the adapter when the caller gave none */
    struct span input;       /* msgpack; empty = nil */
    struct span labels;      /* msgpack map of str; empty = none */
    int64_t start_at_ms;     /* 0 = now */
    struct span traceparent; /* valid W3C, or empty */
    struct span tracestate;
    struct span actor;
    uint8_t digest[32]; /* of the request, for idempotency */
    struct span key;    /* idempotency key as a name (0x01...), or empty */
    uint8_t key_digest[32];
    struct span event; /* of the inbox, that starts the saga: see event_value_put(); empty = none */
    uint64_t event_number; /* the event's number */
    bool is_child;         /* a parent starts the saga: nobody waits for a reply */
    bool shares_lock;      /* the saga's parent has a concurrency key, or shares one */
    struct span lock;      /* set by the engine alone: the concurrency key, as text */
};

#endif
