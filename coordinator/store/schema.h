/* schema.h - the version of the tables, and the way from older ones. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/db.h"

enum {
    SCHEMA_VERSION = 5,
    SCHEMA_SUMS = 4, /* from this version of the schema on each row of the journal has a checksum */
};

/* Is the database a store of ours, or empty? Changes nothing. SAGA_STORE_NEWER: a later version of
 * sagad wrote the store; SAGA_STORE_CORRUPT: the database is something else. */
MUST_CHECK enum saga_error schema_check(sqlite3 *db, int64_t *version);
/* Makes the tables in an empty database (version 0), or brings older ones up to date, in one
 * transaction. */
MUST_CHECK enum saga_error schema_make(sqlite3 *db, int64_t version);

#endif
