/* value.h - what stands behind saga_value and saga_pack. */
#ifndef PARTICIPANTS_VALUE_H
#define PARTICIPANTS_VALUE_H

#include "base/buf.h"
#include "base/check.h"
#include "saga.h"

enum {
    VALUE_SIZE_MAX = 960 * 1024, /* bytes of one user value on the wire */
};

struct saga_pack {
    struct buf buf; /* what was put */
};

static inline struct span value_span(struct saga_value value)
{
    return span_of(value.data, value.data ? value.size : 0);
}

static inline struct saga_value value_of(struct span span)
{
    return (struct saga_value){span.size == 0 ? NULL : span.data, span.size};
}

/* SAGA_OK when the value is one whole value of the data model, or there is none; SAGA_TOO_LARGE,
 * SAGA_INVALID. */
MUST_CHECK enum saga_error value_check(struct saga_value value);
/* The same for a value that will be sent inside of `around` maps and arrays; a message is a map. */
MUST_CHECK enum saga_error value_check_inside(struct saga_value value, uint32_t around);

#endif
