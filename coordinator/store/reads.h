/* reads.h - the operations of readers that other threads have. */
#ifndef STORE_READS_H
#define STORE_READS_H

#include "store/reader.h"

/* What store_ops.reader_open promises, in SQLite. scan_max: rounds in vain, after which a list
 * leaves off; 0 = what the product uses. */
MUST_CHECK enum saga_error reads_open(const char *path, struct tails *tails, uint64_t scan_max,
                                      struct store_reader **reader);

#endif
