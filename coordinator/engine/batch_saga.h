/* batch_saga.h - adds to a batch the answer to a request about a saga, or the saga's head, which is
 * the row that says how the saga stands. */
#ifndef ENGINE_BATCH_SAGA_H
#define ENGINE_BATCH_SAGA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

struct batch;
struct saga;

/* Adds the answer to the request numbered `ref`: the error, why (a literal, or text in the batch's
 * memory; NULL = the error's own sentence), and the present state of the saga (NULL = the answer is
 * about no saga). Returns false when memory runs out. */
MUST_CHECK bool batch_reply(struct batch *batch, uint64_t ref, enum saga_error error,
                            const char *why, const struct saga *saga);

/* Adds the saga's head, as the saga is now, to the batch; is_new: the store has no head of this
 * saga yet. Returns false when memory runs out. */
MUST_CHECK bool batch_put_head(struct batch *batch, const struct saga *saga, bool is_new);

#endif
