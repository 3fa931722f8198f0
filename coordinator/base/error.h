/* error.h - what is known of each error beyond its number: wire code, HTTP status, sentence.
 *
 * The list is schemas/errors.def; enum saga_error itself is public, in include/saga.h. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

#include "saga.h"

/* "conflict" for SAGA_CONFLICT; "ok" for SAGA_OK. Never NULL. */
const char *error_code(enum saga_error error);
/* HTTP status, 200 for SAGA_OK. */
int error_http_status(enum saga_error error);
/* May the same request succeed later? */
bool error_is_retryable(enum saga_error error);
/* One English sentence without a full stop. */
const char *error_sentence(enum saga_error error);
/* The error of a wire code that came from outside; SAGA_INTERNAL for one that is not known. */
enum saga_error error_of_code(const char *code);

#endif
