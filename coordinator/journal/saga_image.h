/* saga_image.h - a saga as the store holds it: what the engine and views fold it from. */
#ifndef JOURNAL_SAGA_IMAGE_H
#define JOURNAL_SAGA_IMAGE_H

#include "journal/row.h"

struct saga_image {
    struct head head;
    struct span name; /* external id */
    struct row *rows; /* in order of seq */
    uint32_t row_count;
    bool is_unreadable; /* its rows cannot be read: there are none here, only head and name */
};

#endif
