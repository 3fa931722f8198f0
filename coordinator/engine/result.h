/* result.h - how an attempt ended, as its participant says, or a person who finishes it. */
#ifndef ENGINE_RESULT_H
#define ENGINE_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "journal/row.h"

enum result_status { RESULT_OK, RESULT_FAILED, RESULT_LATER };

struct result {
    /* the attempt's idempotency key; empty (in a finish): the attempt is found by its token alone,
     * while its saga is in memory */
    struct span key;
    uint32_t attempt; /* number of the attempt under its key; 0: not said, as in a finish */
    uint8_t token[TOKEN_SIZE];
    enum result_status status;
    struct span output; /* of a success: its output as msgpack; empty = nil */
    struct span code;   /* of a failure: its error code */
    struct span message;
    struct span details; /* of a failure: more about it as msgpack; may be empty */
    bool retryable;
    bool in_doubt;
    int64_t retry_after_ms; /* ms that the participant asks to be left alone; -1 = not said */
    int64_t cost_micros;    /* what the attempt cost, in millionths of a US dollar; 0 = not said */
};

#endif
