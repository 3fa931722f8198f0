/* reader.h - a read-only connection: what is durable, seen as of one moment.
 *
 * A saga's rows are found from its newest one backwards. Which that is, its own row knows up to
 * meta's heads_lsn; for what came later the tails do. They are asked before the snapshot is taken,
 * so that every row they name is in it. */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "store/db.h"
#include "store/queries.sql.h"
#include "store/store.h"
#include "store/tails.h"

#define X(name, sql) READ_##name,
enum reader_query { READER_QUERIES(X) READ_COUNT };
#undef X

struct reader {
    struct store_reader base;             /* first: handed out as this */
    sqlite3 *db;                          /* owned */
    struct tails *tails;                  /* borrowed from the writer */
    int64_t scan_max;                     /* sagas that one list looks at */
    sqlite3_stmt *statements[READ_COUNT]; /* owned */
};

MUST_CHECK enum saga_error reader_open(const char *path, struct tails *tails,
                                       struct reader **reader);
void reader_close(struct reader **reader);

MUST_CHECK enum saga_error reader_load_one(struct reader *reader, struct span name,
                                           struct arena *arena, struct saga_image *image);
MUST_CHECK enum saga_error reader_load_awake(struct reader *reader, store_image_fn fn, void *arg);
MUST_CHECK enum saga_error reader_list_due(struct reader *reader, struct store_due *due,
                                           store_item_fn fn, void *arg);
MUST_CHECK enum saga_error reader_load_definitions(struct reader *reader, store_definition_fn fn,
                                                   void *arg);
MUST_CHECK enum saga_error reader_find_name(struct reader *reader, struct span text,
                                            struct name *found);
MUST_CHECK enum saga_error reader_list(struct reader *reader, const struct store_filter *filter,
                                       store_item_fn fn, void *arg);

#endif
