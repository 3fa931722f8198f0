/* batch_saga.h - what a batch says of a saga: answers, and how the saga stands. */
#ifndef ENGINE_BATCH_SAGA_H
#define ENGINE_BATCH_SAGA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

struct batch;
struct saga;

/* The answer to the request `ref`: why (a literal, or the batch's memory; NULL = the error's own
 * sentence), and the saga as it is now (NULL = none is concerned). false = no memory. */
MUST_CHECK bool batch_reply(struct batch *batch, uint64_t ref, enum saga_error error,
                            const char *why, const struct saga *saga);

/* Adds the saga's head as it is now. false = no memory. */
MUST_CHECK bool batch_put_head(struct batch *batch, const struct saga *saga, bool is_new);

#endif
