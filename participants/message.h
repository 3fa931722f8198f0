/* message.h - a message of the coordinator, read once into one struct.
 *
 * One table of fields serves every type: a message is checked, walked once, and each known key is
 * put where the table says. What a type needs is a mask of fields. */
#ifndef PARTICIPANTS_MESSAGE_H
#define PARTICIPANTS_MESSAGE_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

/* In the order in which a task carries its keys: message.c guesses the next key by it. */
enum field {
    FIELD_V,
    FIELD_TYPE,
    FIELD_KEY,
    FIELD_ATTEMPT,
    FIELD_TOKEN,
    FIELD_SAGA,
    FIELD_DEFINITION,
    FIELD_VERSION,
    FIELD_STEP,
    FIELD_KIND,
    FIELD_ACTION,
    FIELD_INPUT,
    FIELD_TTL_MS,
    FIELD_HEARTBEAT_MS,
    FIELD_DETAILS,
    FIELD_TRACEPARENT,
    FIELD_TRACESTATE,
    FIELD_DO_KEY,
    FIELD_OUTPUT,
    FIELD_IN_DOUBT,
    FIELD_SESSION,
    FIELD_DEAD_MS,
    FIELD_MAX_MESSAGE,
    FIELD_RESULTS,
    FIELD_REASON,
    FIELD_AFTER_MS,
    FIELD_REQUEST,
    FIELD_STATUS,
    FIELD_DUPLICATE,
    FIELD_STATE,
    FIELD_CODE,
    FIELD_MESSAGE,
    FIELD_RETRY_AFTER_MS,
    FIELD_COUNT,
};

#define FIELD_BIT(field) (UINT64_C(1) << (field))

struct message {
    uint64_t seen;     /* FIELD_BIT of what is there and of the right type */
    struct span bytes; /* the whole message */
    struct span type, key, token, saga, definition, step, kind, action;
    struct span traceparent, tracestate, do_key, session, reason, request, status, state, code;
    struct span message;                         /* text of an error */
    struct span input, output, details, results; /* values, as they came */
    int64_t v, attempt, version, ttl_ms, heartbeat_ms, dead_ms, max_message, after_ms;
    int64_t retry_after_ms;
    bool in_doubt, duplicate;
};

/* Fills *message, which borrows bytes. SAGA_BAD_MESSAGE: not a map of the data model, or not of
 * version 1, or without type. A known key with a value of another type counts as absent. */
MUST_CHECK enum saga_error message_read(struct span bytes, struct message *message);

static inline bool message_has(const struct message *message, uint64_t fields)
{
    return (message->seen & fields) == fields;
}

#endif
