/* saga_image.h - a saga as the store holds it: what the engine and views fold it from. */
#ifndef JOURNAL_SAGA_IMAGE_H
#define JOURNAL_SAGA_IMAGE_H

#include "journal/row.h"

/* Why a saga whose definition is not to be found cannot be read. */
#define FLAW_NO_DEFINITION "the saga's definition is missing or unreadable"

/* Why a saga cannot be read, and from where on. */
struct saga_flaw {
    const char *why; /* a literal; NULL = nothing is wrong */
    uint64_t lsn;    /* of the row where reading failed; 0 = not known, or of no row */
    uint64_t seq;    /* of the first record that could not be read; 0 = not known */
};

struct saga_image {
    struct head head;
    struct span name; /* external id */
    struct row *rows; /* in order of seq */
    uint32_t row_count;
    bool is_unreadable;    /* its rows cannot be read: there are none here, only head and name */
    struct saga_flaw flaw; /* of one that is unreadable */
};

#endif
