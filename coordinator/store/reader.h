/* reader.h - a read-only connection: what is durable, seen as of one moment.
 *
 * A saga's rows are found from its newest one backwards. Which row that is, the saga's own row in
 * `saga` says as far as meta's heads_lsn goes; of later rows the tails (tails.h) know. The tails
 * are asked before the snapshot is taken, so that every row that they name is in the snapshot. */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "store/db.h"
#include "store/queries.h"
#include "store/store.h"
#include "store/tails.h"

enum { READER_MAGIC = 0x72656164 };

struct reader {
    struct store_reader base; /* first: handed out as this */
    uint32_t magic;           /* READER_MAGIC */
    sqlite3 *db;              /* owned */
    struct tails *tails;      /* borrowed from the writer */
    /* How many rounds in a row may show no saga before a list stops and says where it left off. */
    int64_t scan_max;
    sqlite3_stmt *statements[READ_COUNT]; /* owned */
};

/* Opens a connection of its own to the database at `path`, which is there. SAGA_NO_MEMORY,
 * SAGA_DISK_FULL, SAGA_STORE_CORRUPT, SAGA_STORE_FAILED. *reader is handed out without operations:
 * the caller sets base.ops. */
MUST_CHECK enum saga_error reader_open(const char *path, struct tails *tails,
                                       struct reader **reader);
/* Closes the connection and sets *reader to NULL; nothing happens when *reader is NULL already. */
void reader_close(struct reader **reader);
/* The reader that was handed out as its base. */
struct reader *reader_of(struct store_reader *base);

/* The prepared statement of this query on the reader's connection. */
static inline sqlite3_stmt *reader_query(const struct reader *reader, enum reader_query which)
{
    return reader->statements[which];
}

/* The head and the name of a row that begins with SQL_HEAD_COLUMNS; both live until the statement
 * moves on. */
void reader_take_head(sqlite3_stmt *row, struct head *head, struct span *name);

/* As store.h says of the functions of these names. */
MUST_CHECK enum saga_error reader_load_head(struct reader *reader, struct span name,
                                            struct arena *arena, struct store_item *item);
MUST_CHECK enum saga_error reader_load_one(struct reader *reader, struct span name,
                                           struct arena *arena, struct saga_image *image);
MUST_CHECK enum saga_error reader_load_page(struct reader *reader, struct span name,
                                            const struct store_page *page, struct arena *arena,
                                            struct saga_image *image);
MUST_CHECK enum saga_error reader_load_awake(struct reader *reader, store_image_fn fn, void *arg);
MUST_CHECK enum saga_error reader_list_due(struct reader *reader, struct store_due *due,
                                           store_item_fn fn, void *arg);
MUST_CHECK enum saga_error reader_load_definitions(struct reader *reader, store_definition_fn fn,
                                                   void *arg);
MUST_CHECK enum saga_error reader_find_name(struct reader *reader, struct span text,
                                            struct name *found);

#endif
