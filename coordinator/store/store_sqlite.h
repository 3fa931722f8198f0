/* store_sqlite.h - the product's store: SQLite in one file. */
#ifndef STORE_STORE_SQLITE_H
#define STORE_STORE_SQLITE_H

#include "store/store.h"

struct store_sqlite_options {
    const char *path;
    /* Open the store although a part of it is lost, and go on with what can be read. */
    bool accept_loss;
    /* Test builds: the process ends by _exit(137) at the commit that holds the n-th row since the
     * store was opened; 0 = never. */
    uint64_t crash_at_row;
    /* Crash 0 = before the commit of that row, 1 = after that commit, before it is announced. */
    int crash_phase;
    /* The four options below are set by tests only; 0 = the value that the product uses. */
    /* After so many rows the young tails become the old ones, to be written into `saga`
     * (tails.h). */
    uint64_t turn_rows;
    int64_t checkpoint_frames; /* frames of the log at which the log is copied into the database */
    uint64_t space_min;        /* bytes of the disk that stay free */
    /* So many rounds that showed no saga end a list, which says where it left off. */
    uint64_t scan_max;
};

/* Opens the store in the file `path`, and makes it if there is none. SAGA_STORE_LOCKED when another
 * process has the store, SAGA_STORE_NEWER when its schema is of a later version, SAGA_DISK_FULL,
 * SAGA_STORE_CORRUPT (damage.h: what, and unless accepted), SAGA_STORE_FAILED, SAGA_NO_MEMORY;
 * `why` then holds a sentence for the operator. */
MUST_CHECK enum saga_error store_sqlite_open(const struct store_sqlite_options *options,
                                             struct store **store, char *why, size_t why_size);

#endif
