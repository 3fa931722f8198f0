/* row_sum.c - a checksum of a row of the journal, so that one that has changed is seen before it is
 * folded. */
#include "store/row_sum.h"

#include "base/check.h"
#include "base/digest.h"
#include "journal/row.h"

enum { NUMBERS = 5, NUMBER_SIZE = 8 };

static void put(uint8_t *bytes, uint64_t number)
{
    for (int i = 0; i < NUMBER_SIZE; i++) {
        bytes[i] = (uint8_t)(number >> (8 * (NUMBER_SIZE - 1 - i)));
    }
}

int64_t row_sum(const struct row *row)
{
    PRE(row->lsn > 0);
    PRE(row->body.size > 0);
    const uint64_t numbers[NUMBERS] = {row->lsn, row->saga, row->seq, row->prev, row->count};
    uint8_t bytes[NUMBERS * NUMBER_SIZE];
    uint8_t digest[DIGEST_SIZE];
    uint64_t sum = 0;
    for (size_t i = 0; i < NUMBERS; i++) {
        put(bytes + i * NUMBER_SIZE, numbers[i]);
    }
    digest_pair(span_of(bytes, sizeof(bytes)), row->body, digest);
    for (int i = 0; i < NUMBER_SIZE; i++) {
        sum = sum << 8 | digest[i];
    }
    return (int64_t)sum;
}
