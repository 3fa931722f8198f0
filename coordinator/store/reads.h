/* reads.h - the operations of readers that other threads have. */
#ifndef STORE_READS_H
#define STORE_READS_H

#include "store/reader.h"

/* Opens a reader for another thread, as store.h says of store_ops.reader_open. scan_max: after so
 * many rounds that showed no saga a list stops and says where; 0 = the number that the product
 * uses. */
MUST_CHECK enum saga_error reads_open(const char *path, struct tails *tails, uint64_t scan_max,
                                      struct store_reader **reader);

#endif
