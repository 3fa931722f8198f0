/* open_form.h - what a client says of an open saga, as adapters read it: by wire or by HTTP, the
 * same is right and the same is wrong. */
#ifndef DOOR_OPEN_FORM_H
#define DOOR_OPEN_FORM_H

#include "base/check.h"
#include "base/error.h"
#include "base/span.h"

struct arena;
struct open_request;
struct start_request;

/* Why a request is refused, and where in it. */
struct open_refusal {
    char pointer[256]; /* JSON Pointer of the key; "" = the whole */
    char why[256];
};

/* Values as they were given, msgpack; empty: not given. */
struct begin_form {
    struct span name;
    struct span input;
    struct span labels;
    struct span timeout_ms;
    struct span reversal_window_ms;
    struct span budget_usd_micros;
    struct span sensitive;
};

/* Fills name, terms, input and labels of a start; *timeout_ms is for the digest. Memory is of the
 * arena, or the form's own. SAGA_INVALID, SAGA_TOO_LARGE with *refusal; SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error open_form_begin(const struct begin_form *form, struct arena *arena,
                                           struct start_request *start, int64_t *timeout_ms,
                                           struct open_refusal *refusal);

struct register_form {
    struct span step; /* the text */
    struct span input;
    struct span needs;
    struct span compensate;
    struct span confirm;
};

MUST_CHECK enum saga_error open_form_register(const struct register_form *form, struct arena *arena,
                                              struct open_request *open,
                                              struct open_refusal *refusal);

/* `reason` of a commit or an abort: absent, a text, or {code, message}. */
MUST_CHECK enum saga_error open_form_reason(struct span reason, struct open_request *open,
                                            struct open_refusal *refusal);

#endif
