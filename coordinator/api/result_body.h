/* result_body.h - the error of a result, in a body. */
#ifndef API_RESULT_BODY_H
#define API_RESULT_BODY_H

#include "base/span.h"

struct http_call;
struct result;

/* error: {code, message?, retryable?, retry_after_ms?, in_doubt?, details?}: as in 3-wire a wrong
 * type is wrong. What is not understood must not be taken for "no effect". What is wrong is noted.
 */
void result_body_error(struct http_call *call, struct span error, struct result *result);

#endif
