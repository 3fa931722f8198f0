/* store_sqlite.h - the product's store: SQLite in one file. */
#ifndef STORE_STORE_SQLITE_H
#define STORE_STORE_SQLITE_H

#include "store/store.h"

struct store_sqlite_options {
    const char *path;
    bool accept_loss; /* go on with what is there when the store is not what it was */
    uint64_t
        crash_at_row; /* test builds: _exit(137) right after (see crash_phase) the n-th row; 0 */
    int crash_phase;  /* 0 = before the row's commit, 1 = after it, before anybody knows */
    /* For tests; 0 = what the product uses. */
    uint64_t turn_rows;        /* rows after which the newest rows of live sagas are noted */
    int64_t checkpoint_frames; /* length of the log at which the log is copied into the database */
    uint64_t space_min;        /* bytes of the disk that stay free */
    uint64_t scan_max;         /* rounds in vain, after which a list leaves off */
};

/* Opens the store in the file `path`, and makes it if there is none. SAGA_STORE_LOCKED when another
 * process has the store, SAGA_STORE_NEWER when its schema is of a later version, SAGA_DISK_FULL,
 * SAGA_STORE_CORRUPT (damage.h: what, and unless accepted), SAGA_STORE_FAILED, SAGA_NO_MEMORY;
 * `why` then holds a sentence for the operator. */
MUST_CHECK enum saga_error store_sqlite_open(const struct store_sqlite_options *options,
                                             struct store **store, char *why, size_t why_size);

#endif
