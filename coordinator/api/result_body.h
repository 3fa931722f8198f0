/* result_body.h - a result in a body: of a task that is finished, of a step that is completed. */
#ifndef API_RESULT_BODY_H
#define API_RESULT_BODY_H

#include <stdbool.h>

#include "base/span.h"

struct http_call;
struct result;

/* Fills in how it ended: status, and with it code, message, details and what else `error` says;
 * output and cost were read into *result before. Notes what is wrong with these.
 * error: {code, message?, retryable?, retry_after_ms?, in_doubt?, details?}, or none: as in 3-wire
 * a wrong type is wrong. What is not understood must not be taken for "no effect". */
void result_body_outcome(struct http_call *call, struct span status, struct span error,
                         struct result *result);
/* False: a problem was answered, for what was noted or for values that are too large. */
bool result_body_pass(struct http_call *call, const struct result *result);

#endif
