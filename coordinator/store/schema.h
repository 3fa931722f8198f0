/* schema.h - the version of the tables, and the way from older ones. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/db.h"

/* Makes the tables in an empty database, or brings older ones up to date, in one transaction.
 * SAGA_STORE_NEWER: a later version wrote it; SAGA_STORE_CORRUPT: it is not a store of ours. */
MUST_CHECK enum saga_error schema_open(sqlite3 *db);

#endif
