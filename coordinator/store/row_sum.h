/* row_sum.h - a checksum of a row of the journal, so that one that has changed is seen before it is
 * folded.
 *
 * The first eight bytes of the SHA-256 of lsn, saga, seq, prev and count (eight bytes each, the
 * highest first) and the body. The payload is not part of the sum, for it may be erased; the body
 * has its digest. */
#ifndef STORE_ROW_SUM_H
#define STORE_ROW_SUM_H

#include <stdint.h>

struct row;

int64_t row_sum(const struct row *row);

#endif
