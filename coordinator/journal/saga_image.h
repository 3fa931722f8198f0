/* saga_image.h - all that the store holds of one saga: the engine and views make the saga's
 * state from that. */
#ifndef JOURNAL_SAGA_IMAGE_H
#define JOURNAL_SAGA_IMAGE_H

#include "journal/row.h"

/* The sentence that people read about a saga whose definition cannot be found, so that the saga
 * cannot be read. */
#define FLAW_NO_DEFINITION "the saga's definition is missing or unreadable"

/* Why a saga cannot be read, and from which row and record on. */
struct saga_flaw {
    const char *why; /* a sentence; NULL = the saga can be read */
    /* of the row where reading failed; 0 = not known, or no row is at fault */
    uint64_t lsn;
    /* number of the first record that could not be read; 0 = not known */
    uint64_t seq;
};

struct saga_image {
    struct head head;
    struct span name; /* the saga's id, as clients know it */
    struct row *rows; /* in the order of their seq */
    uint32_t row_count;
    /* the rows cannot be read: `rows` is empty, and only head and name are there */
    bool is_unreadable;
    struct saga_flaw flaw; /* why, if is_unreadable */
};

#endif
