/* pack.h - a saga as the wire's `get` answers it: the same as HTTP shows, in msgpack. */
#ifndef API_PACK_H
#define API_PACK_H

#include "base/buf.h"
#include "base/error.h"
#include "journal/saga_image.h"

struct at_work;
struct definition;

/* Which part of a saga's history, and what else. */
struct pack_range {
    uint64_t since; /* records with a greater seq */
    uint32_t limit; /* at most so many */
    struct at_work
        *at_work; /* what is known of the saga beside its rows; NULL = nobody was asked */
};

/* Writes keys and values, `pairs` of them, without the map around them; of an image that is
 * unreadable what is known of it. SAGA_TOO_LARGE when they
 * do not fit the buffer, SAGA_NO_MEMORY. */
MUST_CHECK enum saga_error pack_saga(const struct saga_image *image,
                                     const struct definition *definition,
                                     const struct pack_range *range, struct buf *out,
                                     uint32_t *pairs);

#endif
