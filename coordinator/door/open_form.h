/* open_form.h - checks what a client says of an open saga, for the wire and for HTTP alike: both
 * accept and refuse the same. */
#ifndef DOOR_OPEN_FORM_H
#define DOOR_OPEN_FORM_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct arena;
struct open_request;
struct start_request;

/* Why a request is refused, and which part of it is at fault. */
struct open_refusal {
    char pointer[256]; /* JSON Pointer to the key at fault; "" = the whole request */
    char why[256];
};

/* What a client says to begin an open saga: values in msgpack, as it gave them; empty: not
 * given. */
struct begin_form {
    struct span name;
    struct span input;
    struct span labels;
    struct span timeout_ms;
    struct span reversal_window_ms;
    struct span budget_usd_micros;
    struct span sensitive;
};

/* Checks the form, and fills name, terms, input and labels of a start request. *timeout_ms: the
 * caller puts it into the digest of the request. The spans point into the arena or the form.
 * SAGA_INVALID or SAGA_TOO_LARGE: refused, as *refusal says; SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error open_form_begin(const struct begin_form *form, struct arena *arena,
                                           struct start_request *start, int64_t *timeout_ms,
                                           struct open_refusal *refusal);

struct register_form {
    struct span step; /* the name as text; all others are msgpack values */
    struct span input;
    struct span needs;
    struct span compensate;
    struct span confirm;
};

MUST_CHECK enum saga_error open_form_register(const struct register_form *form, struct arena *arena,
                                              struct open_request *open,
                                              struct open_refusal *refusal);

/* Checks the `reason` of a commit or an abort, which may be left out, a text, or {code, message},
 * and puts it into *open. */
MUST_CHECK enum saga_error open_form_reason(struct span reason, struct open_request *open,
                                            struct open_refusal *refusal);

#endif
