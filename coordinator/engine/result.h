/* result.h - how an attempt ended, as its participant says or a person. */
#ifndef ENGINE_RESULT_H
#define ENGINE_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "journal/row.h"

enum result_status { RESULT_OK, RESULT_FAILED, RESULT_LATER };

struct result {
    struct span key;  /* empty: found by token alone, while its saga is in memory (finish) */
    uint32_t attempt; /* 0: not said (finish) */
    uint8_t token[TOKEN_SIZE];
    enum result_status status;
    struct span output; /* msgpack, empty = nil */
    struct span code;   /* of a failure */
    struct span message;
    struct span details; /* msgpack, may be empty */
    bool retryable;
    bool in_doubt;
    int64_t retry_after_ms; /* -1 = not said */
    int64_t cost_micros;    /* micro-USD, 0 = not said */
};

#endif
