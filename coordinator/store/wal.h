/* wal.h - SQLite's log, looked at from outside: does it hold commits that SQLite will not read?
 *
 * SQLite reads the log up to the first frame that is not right, and takes that for the end. Mostly
 * it is: the last transaction was not synced when the power went, and some of its pages are torn.
 * But each commit is synced before the next one begins. So where frames of a later transaction
 * follow a bad one, what was durable has been damaged, and SQLite would leave out commits that were
 * acknowledged.
 *
 * The format: https://sqlite.org/fileformat2.html, "The Write-Ahead Log". */
#ifndef STORE_WAL_H
#define STORE_WAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"
#include "base/error.h"

struct wal_report {
    int64_t size;    /* bytes of the file; 0 = there is none, or an empty one */
    uint32_t frames; /* whole frames that the file has room for */
    uint32_t good;   /* frames up to the last commit that SQLite will read */
    /* The header of the log is not valid, and frames of one log follow it: there were commits. */
    bool has_bad_header;
    uint32_t bad_frame; /* first bad frame before a later transaction, from 1; 0 = none */
};

/* Reads the log of the store at `path`. SAGA_STORE_FAILED: it cannot be read. */
MUST_CHECK enum saga_error wal_look(const char *path, struct wal_report *report);

#endif
