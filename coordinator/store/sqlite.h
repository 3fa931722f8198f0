/* sqlite.h - the state of a store in SQLite, and how its operations get at the state. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store/damage.h"
#include "store/reader.h"
#include "store/writer.h"

enum { SQLITE_STORE_MAGIC = 0x73716c31, SQLITE_PATH_SIZE = 4096 };

struct store_sqlite {
    struct store base; /* first: handed out as this */
    uint32_t magic;    /* SQLITE_STORE_MAGIC */
    struct writer writer;
    struct reader *reader; /* owned; used only by the loop's thread */
    struct store_facts facts;
    uint64_t submitted; /* batches that were submitted since the store was opened */
    /* How many pages the last submitted batch changes at most; counted as taken until it is
     * durable. */
    uint64_t pages;
    int lock;             /* descriptor of the lock file; -1 = none */
    struct damage damage; /* found when the store was opened */
    /* Version of the schema that the file had when the store was opened; 0 = the file was empty. */
    int64_t version;
    char path[SQLITE_PATH_SIZE];
};

/* The store that was handed out as its base. */
struct store_sqlite *sqlite_of(const struct store *base);

/* The loop's reader. SAGA_STORE_FAILED once the writer has failed: what a reader says then may not
 * be what a restart will find. */
MUST_CHECK enum saga_error sqlite_reader(const struct store *base, struct reader **reader);

#endif
