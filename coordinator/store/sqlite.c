/* sqlite.c - finds the state of a store in SQLite behind its handle. */
#include "store/sqlite.h"

struct store_sqlite *sqlite_of(const struct store *base)
{
    PRE(base != NULL);
    struct store_sqlite *store = (struct store_sqlite *)(uintptr_t)base;
    PRE(store->magic == SQLITE_STORE_MAGIC);
    return store;
}

enum saga_error sqlite_reader(const struct store *base, struct reader **reader)
{
    struct store_sqlite *store = sqlite_of(base);
    PRE(store->reader != NULL);
    if (writer_has_failed(&store->writer)) {
        return SAGA_STORE_FAILED;
    }
    *reader = store->reader;
    return SAGA_OK;
}
